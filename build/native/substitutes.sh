# Sourced by build/native/toolchain.sh, if it is there: what serves on a host that cannot have the originals, and on no
# other. Where JetBrains' server and all of Maven Central can be reached, the build does without this file.
#
# - Debian's packages in place of what konanc would download: LLVM, sysroots, linkers, laid out in a folder of the cache
#   the way konanc expects them. The folder carries a hash of this file in its name, so another version of the file lays
#   out another folder, and does not pull this one from under a build that is running.
# - Kotest's klibs, which some mirrors of Maven Central lack, built from their source jars, which are everywhere.

LLVM_PACKAGES=(llvm-19 clang-19 lld-19 libclang1-19 libclang-common-19-dev clang-22)

# Asks for the archive that konanc would fetch, with the HTTP client that konanc uses, proxies and all.
can_reach_jetbrains() {
    local url
    url=$(konan_property dependenciesUrl)/$(konan_property llvm.linux_x64.user).tar.gz
    timeout 15 "$JDK_HOME/bin/java" "$BUILD/native/Reachable.java" "$url" 2>/dev/null
}

# use_debian TARGET KONAN_TARGET: sets OVERRIDES and where the target needs them C_OPTIONS and LINK_OPTIONS, and why_not
# like install_packages.
use_debian() {
    DEPENDENCIES=$KONAN_DATA_DIR/dependencies
    install_packages "$1" "${LLVM_PACKAGES[@]}"
    [ -z "$why_not" ] || return 0
    lay_out llvm
    LD_LIBRARY_PATH=$DEPENDENCIES/$(konan_property llvm.linux_x64.user)/lib
    export LD_LIBRARY_PATH
    OVERRIDES="downloadingAttempts=1"
    "use_debian_$2" "$1"
}

use_debian_linux_x64() {
    local triple=x86_64-linux-gnu gcc
    gcc=$(newest /usr/lib/gcc/"$triple")
    override linux_x64 targetSysRoot=/ "libGcc=${gcc#/}" crtFilesLocation=usr/lib/"$triple" \
        "abiSpecificLibraries=lib usr/lib lib/$triple usr/lib/$triple"
}

use_debian_linux_arm64() {
    local triple=aarch64-linux-gnu gcc
    install_packages "$1" "${ARM64_PACKAGES[@]}"
    [ -z "$why_not" ] || return 0
    lay_out linux_arm64
    gcc=$(newest /usr/lib/gcc-cross/"$triple")
    override linux_arm64 targetSysRoot=/ "libGcc=${gcc#/}" crtFilesLocation=usr/"$triple"/lib \
        abiSpecificLibraries=usr/"$triple"/lib
    C_OPTIONS=(-compiler-option "-isystem/usr/$triple/include")
    LINK_OPTIONS=(-linker-options "-L$DEPENDENCIES/empty-libraries")
}

use_debian_mingw_x64() {
    install_packages "$1" "${MINGW_PACKAGES[@]}"
    [ -n "$why_not" ] || lay_out mingw_x64
}

# override KONAN_TARGET PROPERTY=VALUE...: of the target, in konanc's konan.properties.
override() {
    local property
    for property in "${@:2}"; do OVERRIDES+=";${property%%=*}.$1=${property#*=}"; done
}

# newest FOLDER [PATTERN]: its sub-folder with the highest version number.
newest() {
    find "$1" -mindepth 1 -maxdepth 1 -type d -name "${2:-*}" | sort -V | tail -n 1
}

# lay_out WHAT: once, by the function lay_out_WHAT.
lay_out() {
    [ ! -f "$DEPENDENCIES/.$1" ] || return 0
    mkdir -p "$DEPENDENCIES"
    "lay_out_$1"
    touch "$DEPENDENCIES/.$1"
}

# dependency NAME: makes the folder of one of konanc's dependencies. konanc takes it for downloaded if .extracted names
# it and it is not empty.
dependency() {
    rm -rf "${DEPENDENCIES:?}/$1"
    mkdir -p "$DEPENDENCIES/$1"
    echo "Debian's packages serve instead" >"$DEPENDENCIES/$1/README"
    echo "$1" >>"$DEPENDENCIES/.extracted"
}

# Two LLVMs: the LLVM inside konanc writes bitcode that Debian's LLVM 19 refuses and LLVM 22 reads, so clang++ is 22's;
# but what clang makes of C headers goes back into konanc, and must be 19's.
lay_out_llvm() {
    local llvm gcc
    llvm=$(konan_property llvm.linux_x64.user)
    dependency "$llvm"
    mkdir -p "$DEPENDENCIES/$llvm/bin" "$DEPENDENCIES/$llvm/lib"
    ln -s /usr/lib/llvm-19/bin/* "$DEPENDENCIES/$llvm/bin/"
    ln -sfn /usr/lib/llvm-22/bin/clang++ "$DEPENDENCIES/$llvm/bin/clang++"
    ln -s /usr/lib/llvm-19/lib/clang "$DEPENDENCIES/$llvm/lib/clang"
    ln -s /usr/lib/x86_64-linux-gnu/libclang-19.so.19 "$DEPENDENCIES/$llvm/lib/libclang.so.19.1"
    ln -s libclang.so.19.1 "$DEPENDENCIES/$llvm/lib/libclang.so"
    dependency "$(konan_property libffiDir.linux_x64)"
    dependency lldb-4-linux
    gcc=$(konan_property toolchainDependency.linux_x64)
    dependency "$gcc"
    mkdir -p "$DEPENDENCIES/$gcc/x86_64-unknown-linux-gnu/bin"
    ln -s /usr/lib/llvm-19/bin/llvm-ar "$DEPENDENCIES/$gcc/x86_64-unknown-linux-gnu/bin/ar"
}

lay_out_linux_arm64() {
    local gcc
    gcc=$(konan_property toolchainDependency.linux_arm64)
    dependency "$gcc"
    mkdir -p "$DEPENDENCIES/$gcc/aarch64-unknown-linux-gnu/bin"
    ln -s /usr/lib/llvm-19/bin/llvm-ar "$DEPENDENCIES/$gcc/aarch64-unknown-linux-gnu/bin/ar"
    dependency "$(konan_property emulatorDependency.linux_x64-linux_arm64)"
    # platform.posix asks for libcrypt, which Debian's cross libc does not have; nothing of it is used.
    dependency empty-libraries
    /usr/lib/llvm-19/bin/llvm-ar rc "$DEPENDENCIES/empty-libraries/libcrypt.a"
}

lay_out_mingw_x64() {
    local mingw gcc triple=x86_64-w64-mingw32
    mingw=$(konan_property toolchainDependency.mingw_x64)
    gcc=$(newest /usr/lib/gcc/"$triple" '*-posix')
    dependency "$mingw"
    mkdir -p "$DEPENDENCIES/$mingw/lib/gcc/$triple"
    ln -s /usr/"$triple" "$DEPENDENCIES/$mingw/$triple"
    ln -s /usr/"$triple"/include "$DEPENDENCIES/$mingw/include"
    ln -s /usr/"$triple"/lib/* "$DEPENDENCIES/$mingw/lib/"
    # clang looks for a folder with a version number, and Debian's is called 12-posix.
    ln -s "$gcc" "$DEPENDENCIES/$mingw/lib/gcc/$triple/$(basename "$gcc" -posix).0.0"
}

KOTEST_OPT_INS=(kotlin.RequiresOptIn kotlin.experimental.ExperimentalTypeInference
    kotlin.contracts.ExperimentalContracts kotlin.time.ExperimentalTime
    kotlinx.cinterop.ExperimentalForeignApi kotlinx.coroutines.ExperimentalCoroutinesApi
    io.kotest.common.KotestInternal io.kotest.common.ExperimentalKotest io.kotest.core.Experimental)

# build_kotest KONAN_TARGET OUT: builds what OUT/kotest.todo lists, once, into the local Maven repository under the
# coordinates of the originals. The next build finds it there, like any other artifact.
build_kotest() {
    local artifact sources klib
    lock_cache
    while read -r artifact sources klib; do
        [ -f "$klib" ] || build_kotest_klib "$1" "$2" "$artifact" "$sources" "$klib"
    done <"$2/kotest.todo"
    unlock_cache
}

# build_kotest_klib KONAN_TARGET OUT ARTIFACT SOURCES KLIB
build_kotest_klib() {
    local out=$2 artifact=$3 klib=$5 work=$2/$3 common folder sources=() libraries
    echo "Building $(basename "$klib") from its published sources"
    rm -rf "$work"
    mkdir -p "$work/sources" "$(dirname "$klib")"
    (cd "$work/sources" && "$JDK_HOME/bin/jar" -xf "$4")
    # What needs further libraries and is used by nothing else: report files, and generators by regular expression.
    rm -rf "$work"/sources/*/io/kotest/engine/reports \
        "$work"/sources/*/io/kotest/property/arbitrary/{pattern,uuid,uuid.nonjvm}.kt
    # linuxMain holds the one file of the console renderer, the same for every target; jars of other modules have none.
    for folder in commonMain nonjvmMain nativeMain linuxMain; do
        [ ! -d "$work/sources/$folder" ] || sources+=("$work/sources/$folder")
    done
    common=$(find "$work/sources/commonMain" -name '*.kt' | LC_ALL=C sort | paste -sd, -)
    mapfile -t libraries < <(link_arguments "$out/library.klibs" "$out/test.klibs")
    local arguments=(-p library -target "$1" -module-name "io.kotest:$artifact" -nowarn -Xmulti-platform
        -Xexpect-actual-classes "-Xcommon-sources=$common" "${KOTEST_OPT_INS[@]/#/-opt-in=}"
        -o "$work/$artifact.klib" "${libraries[@]}")
    mapfile -t -O "${#arguments[@]}" arguments < <(find "${sources[@]}" -name '*.kt')
    konanc "${arguments[@]}"
    cp "$work/$artifact.klib" "$klib.part"
    mv "$klib.part" "$klib"
    rm -rf "$work"
}

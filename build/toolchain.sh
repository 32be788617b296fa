# Sourced by build/native. Prepares the Kotlin/Native compiler in the cache, outside target/, and runs its tools.
#
# To link and to read C headers the compiler needs LLVM, a sysroot and a linker. It fetches JetBrains' own when their
# server answers; on a host that cannot reach it, Debian's packages are laid out the way the compiler expects.
# KMMAP_LLVM=jetbrains or KMMAP_LLVM=debian decides by hand.

DEBIAN_PACKAGES="llvm-19 clang-19 lld-19 libclang1-19 libclang-common-19-dev clang-22"

# Ends the native build, not the Maven build: the JVM part of kmmap builds anywhere.
skip_native() {
    echo "$1" >"$OUT/skipped"
    exit 0
}

prepare_toolchain() {
    lock_cache
    unpack_compiler
    local llvm=${KMMAP_LLVM:-}
    [ -n "$llvm" ] || llvm=$(cat "$CACHE/llvm" 2>/dev/null) || llvm=$(find_llvm)
    export KONAN_DATA_DIR=$CACHE/konan-$llvm
    OVERRIDES=
    [ "$llvm" = jetbrains ] || use_debian
    echo "$llvm" >"$CACHE/llvm"
    unlock_cache
}

# Two builds may run at once on one machine, and they share the cache and the local Maven repository.
lock_cache() {
    mkdir -p "$CACHE"
    exec 9>"$CACHE/lock"
    flock 9
}

unlock_cache() {
    exec 9>&-
}

unpack_compiler() {
    [ ! -d "$KONAN_HOME" ] || return 0
    [ -n "$KONAN_ARCHIVE" ] || fail "$KONAN_HOME is gone, run mvn verify again"
    echo "Unpacking the Kotlin/Native compiler into $KONAN_HOME"
    rm -rf "$KONAN_HOME.part"
    mkdir -p "$KONAN_HOME.part"
    tar -xzf "$KONAN_ARCHIVE" -C "$KONAN_HOME.part" --strip-components=1
    mv "$KONAN_HOME.part" "$KONAN_HOME"
}

konan_property() {
    sed -n "s/^$1 *= *//p" "$KONAN_HOME/konan/konan.properties"
}

# Asks for the archive that konanc would fetch, with the HTTP client that konanc uses, proxies and all.
find_llvm() {
    local url
    url=$(konan_property dependenciesUrl)/$(konan_property llvm.linux_x64.user).tar.gz
    if timeout 15 "$JDK_HOME/bin/java" "$BUILD/Reachable.java" "$url" 2>/dev/null; then
        echo jetbrains
    else
        echo debian
    fi
}

use_debian() {
    install_debian_packages
    [ -f "$KONAN_DATA_DIR/.ready" ] || lay_out_debian_llvm
    LD_LIBRARY_PATH=$KONAN_DATA_DIR/dependencies/$(konan_property llvm.linux_x64.user)/lib
    export LD_LIBRARY_PATH
    local gcc
    gcc=$(newest /usr/lib/gcc/x86_64-linux-gnu)
    OVERRIDES="targetSysRoot.linux_x64=/;libGcc.linux_x64=${gcc#/};crtFilesLocation.linux_x64=usr/lib/x86_64-linux-gnu"
    OVERRIDES+=";abiSpecificLibraries.linux_x64=lib usr/lib lib/x86_64-linux-gnu usr/lib/x86_64-linux-gnu"
    OVERRIDES+=";downloadingAttempts=1"
}

# The sub-folder with the highest version number.
newest() {
    find "$1" -mindepth 1 -maxdepth 1 -type d | sort -V | tail -n 1
}

install_debian_packages() {
    local missing=() package
    command -v dpkg-query >/dev/null || skip_native "JetBrains' server is out of reach, and this is no Debian"
    for package in $DEBIAN_PACKAGES; do
        [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$(id -u)" = 0 ] || skip_native "needs root, or: apt-get install ${missing[*]}"
    echo "Installing Debian packages for Kotlin/Native: ${missing[*]}"
    apt_install "${missing[@]}" || { apt_get update && apt_install "${missing[@]}"; } ||
        skip_native "apt-get could not install ${missing[*]}"
}

apt_install() {
    apt_get install --no-install-recommends "$@"
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" \
        </dev/null >"$OUT/apt.log" 2>&1
}

# konanc takes its dependencies for downloaded when .extracted names them and their folders are not empty.
# Two LLVMs: the LLVM inside konanc writes bitcode that Debian's LLVM 19 refuses and LLVM 22 reads, so clang++ is 22's;
# but what clang makes of C headers goes back into konanc, and must be 19's.
lay_out_debian_llvm() {
    local all=$KONAN_DATA_DIR/dependencies llvm gcc libffi
    llvm=$(konan_property llvm.linux_x64.user)
    gcc=$(konan_property toolchainDependency.linux_x64)
    libffi=$(konan_property libffiDir.linux_x64)
    rm -rf "$KONAN_DATA_DIR"
    mkdir -p "$all/$llvm/bin" "$all/$llvm/lib" "$all/$gcc/x86_64-unknown-linux-gnu/bin"
    ln -s /usr/lib/llvm-19/bin/* "$all/$llvm/bin/"
    ln -sfn /usr/lib/llvm-22/bin/clang++ "$all/$llvm/bin/clang++"
    ln -s /usr/lib/llvm-19/lib/clang "$all/$llvm/lib/clang"
    ln -s /usr/lib/x86_64-linux-gnu/libclang-19.so.19 "$all/$llvm/lib/libclang.so.19.1"
    ln -s libclang.so.19.1 "$all/$llvm/lib/libclang.so"
    ln -s /usr/lib/llvm-19/bin/llvm-ar "$all/$gcc/x86_64-unknown-linux-gnu/bin/ar"
    local stub
    for stub in "$gcc" "$libffi" lldb-4-linux; do
        mkdir -p "$all/$stub"
        echo "Debian's packages serve instead" >"$all/$stub/README"
    done
    printf '%s\n' "$llvm" "$gcc" "$libffi" lldb-4-linux >"$all/.extracted"
    touch "$KONAN_DATA_DIR/.ready"
}

# The tools run on the JDK of the build, which complains about the compiler's use of its internals unless told not to;
# and they leave temporary files behind, so these get a folder of their own.
konan() {
    mkdir -p "$OUT/tmp"
    JAVA_HOME=$JDK_HOME JAVA_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
        "$KONAN_HOME/bin/$1" "-Djava.io.tmpdir=$OUT/tmp" "${@:2}" </dev/null
    rm -rf "$OUT/tmp"
}

konanc() {
    konan konanc ${OVERRIDES:+"-Xoverride-konan-properties=$OVERRIDES"} "$@"
}

cinterop() {
    konan cinterop ${OVERRIDES:+-Xoverride-konan-properties "$OVERRIDES"} "$@"
}

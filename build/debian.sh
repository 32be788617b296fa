# Sourced by build/native. Debian's packages in place of what konanc would download: LLVM, sysroots, linkers, laid out
# in a folder of the cache the way konanc expects them.
#
# The folder carries a hash of this file in its name, so another version of it lays out another folder, and does not
# pull this one from under a build that is running.

LLVM_PACKAGES="llvm-19 clang-19 lld-19 libclang1-19 libclang-common-19-dev clang-22"
ARM64_PACKAGES="gcc-aarch64-linux-gnu g++-aarch64-linux-gnu libc6-dev-arm64-cross"
MINGW_PACKAGES="gcc-mingw-w64-x86-64-posix g++-mingw-w64-x86-64-posix mingw-w64-x86-64-dev"

# Sets OVERRIDES, for konanc and cinterop, and where a target needs them C_OPTIONS, for cinterop, and LINK_OPTIONS, for
# konanc. Sets why_not like install_packages.
use_debian() {
    # shellcheck disable=SC2086
    install_packages $LLVM_PACKAGES
    [ -z "$why_not" ] || return 0
    lay_out llvm
    LD_LIBRARY_PATH=$DEPENDENCIES/$(konan_property llvm.linux_x64.user)/lib
    export LD_LIBRARY_PATH
    OVERRIDES="downloadingAttempts=1"
    "use_debian_$konan_target"
}

use_debian_linux_x64() {
    local triple=x86_64-linux-gnu gcc
    gcc=$(newest /usr/lib/gcc/$triple)
    override targetSysRoot=/ "libGcc=${gcc#/}" crtFilesLocation=usr/lib/$triple \
        "abiSpecificLibraries=lib usr/lib lib/$triple usr/lib/$triple"
}

use_debian_linux_arm64() {
    local triple=aarch64-linux-gnu gcc
    # shellcheck disable=SC2086
    install_packages $ARM64_PACKAGES
    [ -z "$why_not" ] || return 0
    lay_out linux_arm64
    gcc=$(newest /usr/lib/gcc-cross/$triple)
    override targetSysRoot=/ "libGcc=${gcc#/}" crtFilesLocation=usr/$triple/lib abiSpecificLibraries=usr/$triple/lib
    C_OPTIONS=(-compiler-option "-isystem/usr/$triple/include")
    LINK_OPTIONS=(-linker-options "-L$DEPENDENCIES/empty-libraries")
}

use_debian_mingw_x64() {
    # shellcheck disable=SC2086
    install_packages $MINGW_PACKAGES
    [ -n "$why_not" ] || lay_out mingw_x64
}

# override PROPERTY=VALUE...: of the target, in konanc's konan.properties.
override() {
    local property
    for property in "$@"; do OVERRIDES+=";${property%%=*}.$konan_target=${property#*=}"; done
}

# newest FOLDER [PATTERN]: its sub-folder with the highest version number.
newest() {
    find "$1" -mindepth 1 -maxdepth 1 -type d -name "${2:-*}" | sort -V | tail -n 1
}

# install_packages PACKAGE...: sets why_not where some of them are missing and cannot be installed.
install_packages() {
    local missing=() package
    if ! command -v dpkg-query >/dev/null; then
        why_not="lacks what Debian's packages $* have"
        return
    fi
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        why_not="needs root, or: apt-get install ${missing[*]}"
        return
    fi
    echo "Installing Debian packages for $target: ${missing[*]}"
    apt_install "${missing[@]}" || { apt_get update && apt_install "${missing[@]}"; } ||
        why_not="apt-get could not install ${missing[*]}"
}

apt_install() {
    apt_get install --no-install-recommends "$@"
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" \
        </dev/null >"$OUT/apt.log" 2>&1
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
    local gcc qemu
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
    gcc=$(newest /usr/lib/gcc/$triple '*-posix')
    dependency "$mingw"
    mkdir -p "$DEPENDENCIES/$mingw/lib/gcc/$triple"
    ln -s /usr/$triple "$DEPENDENCIES/$mingw/$triple"
    ln -s /usr/$triple/include "$DEPENDENCIES/$mingw/include"
    ln -s /usr/$triple/lib/* "$DEPENDENCIES/$mingw/lib/"
    # clang looks for a folder with a version number, and Debian's is called 12-posix.
    ln -s "$gcc" "$DEPENDENCIES/$mingw/lib/gcc/$triple/$(basename "$gcc" -posix).0.0"
}

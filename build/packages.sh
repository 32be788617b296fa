# Sourced by scripts that need programs of Debian's packages.

# shellcheck disable=SC2034 # for those that source this file
ARM64_PACKAGES=(gcc-aarch64-linux-gnu g++-aarch64-linux-gnu libc6-dev-arm64-cross)
# shellcheck disable=SC2034
MINGW_PACKAGES=(gcc-mingw-w64-x86-64-posix g++-mingw-w64-x86-64-posix mingw-w64-x86-64-dev)

# install_packages PURPOSE PACKAGE...: installs those that are missing, if KMMAP_INSTALL=1 or CI=true allows it. Sets
# why_not if some of them are missing afterwards, and else to nothing.
install_packages() {
    local purpose=$1 missing=() package
    shift
    why_not=
    if ! command -v dpkg-query >/dev/null; then
        why_not="lacks what Debian's packages $* have"
        return
    fi
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "${KMMAP_INSTALL:-}" != 1 ] && [ "${CI:-}" != true ]; then
        why_not="lacks Debian packages that KMMAP_INSTALL=1 installs: ${missing[*]}"
    elif [ "$(id -u)" != 0 ]; then
        why_not="needs root, or: apt-get install ${missing[*]}"
    else
        echo "Installing Debian packages for $purpose: ${missing[*]}"
        apt_install "${missing[@]}" || { apt_get update && apt_install "${missing[@]}"; } ||
            why_not="apt-get could not install ${missing[*]}, see target/apt.log"
    fi
}

apt_install() {
    apt_get install --no-install-recommends "$@"
}

apt_get() {
    mkdir -p target
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" \
        </dev/null >target/apt.log 2>&1
}

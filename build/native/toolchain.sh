# Sourced by build/native/run. Prepares the Kotlin/Native compiler in the cache, outside target/, and runs its tools.
#
# To link and to read C headers the compiler needs LLVM, a sysroot and a linker. It fetches JetBrains' own; what serves
# on a host that cannot reach their server is in substitutes.sh. KMMAP_LLVM=jetbrains or KMMAP_LLVM=debian decides.

# shellcheck source=build/packages.sh
. "$BUILD/packages.sh"
if [ -f "$BUILD/native/substitutes.sh" ]; then
    # shellcheck source=build/native/substitutes.sh
    . "$BUILD/native/substitutes.sh"
fi

# What the tools need to be told about the target that is being built; prepare_target sets it.
OVERRIDES=      # konanc and cinterop: properties in place of those in konan.properties
C_OPTIONS=()    # cinterop
LINK_OPTIONS=() # konanc, to link programs

prepare_compiler() {
    lock_cache
    unpack_compiler
    LLVM=${KMMAP_LLVM:-}
    [ -n "$LLVM" ] || LLVM=$(cat "$CACHE/llvm" 2>/dev/null) || LLVM=$(find_llvm)
    echo "$LLVM" >"$CACHE/llvm"
    KONAN_DATA_DIR=$CACHE/konan-$LLVM
    [ "$LLVM" != debian ] || KONAN_DATA_DIR+=-$(sha256sum <"$BUILD/native/substitutes.sh" | cut -c 1-8)
    export KONAN_DATA_DIR
    mkdir -p "$KONAN_DATA_DIR"
    touch "$KONAN_DATA_DIR"
    find "$CACHE" -maxdepth 1 -name 'konan-*' -mtime +30 -exec rm -rf {} + # of other versions of these files
    unlock_cache
}

find_llvm() {
    if ! declare -F can_reach_jetbrains >/dev/null || can_reach_jetbrains; then echo jetbrains; else echo debian; fi
}

# prepare_target TARGET KONAN_TARGET RUNNER: makes ready what the target takes beyond the compiler. Sets why_not if this
# host cannot have it, and else to nothing.
prepare_target() {
    local target=$1 konan_target=$2 runner=$3
    OVERRIDES=
    C_OPTIONS=()
    LINK_OPTIONS=()
    why_not=
    [ -n "$runner" ] || return 0 # for a klib without C the compiler is enough
    lock_cache
    [ "$LLVM" != debian ] || use_debian "$target" "$konan_target"
    [ -n "$why_not" ] || prepare_runner "$target" "$runner"
    unlock_cache
}

# prepare_runner TARGET RUNNER: programs of another system or processor run in an emulator.
prepare_runner() {
    case $2 in
        qemu-*)
            # Its last word is the root of the libraries.
            { command -v "${2%% *}" >/dev/null && [ -d "${2##* }/lib" ]; } ||
                install_packages "$1" qemu-user libc6-arm64-cross libgcc-s1-arm64-cross
            ;;
        wine)
            command -v wine >/dev/null || install_packages "$1" wine wine64
            [ -n "$why_not" ] || prepare_wine
            ;;
    esac
}

# A Windows of the build's own, without the .NET and the browser that wine would ask for in a window.
prepare_wine() {
    export WINEPREFIX=$CACHE/wine WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
    unset DISPLAY
    [ ! -f "$WINEPREFIX/.ready" ] || return 0
    echo "Preparing Wine in $WINEPREFIX"
    rm -rf "$WINEPREFIX"
    # Without the lock (9), which wine's server would hold on to.
    wine wineboot --init >"$OUT/wine.log" 2>&1 </dev/null 9>&- || {
        why_not="wine cannot start, see target/native/wine.log"
        return 0
    }
    touch "$WINEPREFIX/.ready"
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
    konan cinterop ${OVERRIDES:+-Xoverride-konan-properties "$OVERRIDES"} "${C_OPTIONS[@]}" "$@"
}

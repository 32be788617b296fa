# Sourced by build/native. Prepares the Kotlin/Native compiler in the cache, outside target/, and runs its tools.
#
# To link and to read C headers the compiler needs LLVM, a sysroot and a linker. It fetches JetBrains' own when their
# server answers; on a host that cannot reach it, Debian's packages are laid out the way the compiler expects.
# KMMAP_LLVM=jetbrains or KMMAP_LLVM=debian decides by hand.

prepare_compiler() {
    lock_cache
    unpack_compiler
    llvm=${KMMAP_LLVM:-}
    [ -n "$llvm" ] || llvm=$(cat "$CACHE/llvm" 2>/dev/null) || llvm=$(find_llvm)
    echo "$llvm" >"$CACHE/llvm"
    KONAN_DATA_DIR=$CACHE/konan-$llvm
    [ "$llvm" != debian ] || KONAN_DATA_DIR+=-$(sha256sum <"$BUILD/debian.sh" | cut -c 1-8)
    export KONAN_DATA_DIR
    DEPENDENCIES=$KONAN_DATA_DIR/dependencies
    mkdir -p "$KONAN_DATA_DIR"
    touch "$KONAN_DATA_DIR"
    find "$CACHE" -maxdepth 1 -name 'konan-*' -mtime +30 -exec rm -rf {} + # of other versions of these files
    unlock_cache
}

# Makes ready what the target takes beyond the compiler; sets why_not where this host cannot have it.
prepare_target() {
    OVERRIDES=
    C_OPTIONS=()
    LINK_OPTIONS=()
    [ -n "$runner" ] || return 0 # for a klib without C the compiler is enough
    lock_cache
    [ "$llvm" != debian ] || use_debian
    [ -n "$why_not" ] || prepare_runner
    unlock_cache
}

# The programs of another system or processor run in an emulator.
prepare_runner() {
    case ${run_with[0]:-} in
        qemu-*)
            { command -v "${run_with[0]}" >/dev/null && [ -d "${run_with[-1]}/lib" ]; } ||
                install_packages qemu-user libc6-arm64-cross libgcc-s1-arm64-cross
            ;;
        wine)
            command -v wine >/dev/null || install_packages wine wine64
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

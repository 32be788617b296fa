# Sourced by build/native. Kotest's Kotlin/Native libraries are missing from some mirrors of Maven Central, while its
# source jars are everywhere. Builds the missing ones from those, once, and puts them into the local Maven repository
# under the coordinates of the originals: the next build finds them there, like any other artifact.

KOTEST_OPT_INS="kotlin.RequiresOptIn kotlin.experimental.ExperimentalTypeInference
    kotlin.contracts.ExperimentalContracts kotlin.time.ExperimentalTime
    kotlinx.cinterop.ExperimentalForeignApi kotlinx.coroutines.ExperimentalCoroutinesApi
    io.kotest.common.KotestInternal io.kotest.common.ExperimentalKotest io.kotest.core.Experimental"

build_kotest() {
    local artifact sources klib
    lock_cache
    while read -r artifact sources klib; do
        [ -f "$klib" ] || build_kotest_klib
    done <"$target_out/kotest.todo"
    unlock_cache
}

build_kotest_klib() {
    echo "Building $(basename "$klib") from its published sources"
    local work=$target_out/$artifact opt_in common
    rm -rf "$work"
    mkdir -p "$work/sources" "$(dirname "$klib")"
    (cd "$work/sources" && "$JDK_HOME/bin/jar" -xf "$sources")
    # What needs further libraries and is used by nothing else: report files, and generators by regular expression.
    rm -rf "$work"/sources/*/io/kotest/engine/reports \
        "$work"/sources/*/io/kotest/property/arbitrary/{pattern,uuid,uuid.nonjvm}.kt
    # linuxMain holds the one file of the console renderer, the same for every target; jars of other modules have none.
    local folders=()
    local folder
    for folder in commonMain nonjvmMain nativeMain linuxMain; do
        [ ! -d "$work/sources/$folder" ] || folders+=("$work/sources/$folder")
    done
    common=$(find "$work/sources/commonMain" -name '*.kt' | LC_ALL=C sort | paste -sd, -)
    local arguments=(-p library -target "$konan_target" -module-name "io.kotest:$artifact" -nowarn -Xmulti-platform
        -Xexpect-actual-classes "-Xcommon-sources=$common" -o "$work/$artifact.klib")
    for opt_in in $KOTEST_OPT_INS; do arguments+=("-opt-in=$opt_in"); done
    link_klibs "$target_out/library.klibs" "$target_out/test.klibs"
    find "${folders[@]}" -name '*.kt' >"$work/files"
    mapfile -t -O "${#arguments[@]}" arguments <"$work/files"
    konanc "${arguments[@]}" "${libraries[@]}"
    cp "$work/$artifact.klib" "$klib.part"
    mv "$klib.part" "$klib"
    rm -rf "$work"
}

# Sets libraries to the arguments that link the klibs listed in the files, as far as they exist yet.
link_klibs() {
    local klib_path
    libraries=()
    while read -r klib_path; do
        [ ! -f "$klib_path" ] || libraries+=(-l "$klib_path")
    done < <(cat "$@")
}

# Sourced by build/native/run. From sources to klibs and executables. Arguments that recur:
#
#   KONAN_TARGET   the compiler's name of the target
#   FOLDERS        folders of src/nativeMain and src/nativeTest that the target takes besides kotlin, comma-separated
#   OUT            the folder of the target's results, target/native/<target>

# shellcheck source=build/test/specs.sh
. "$BUILD/test/specs.sh"

OPT_INS=(-opt-in=kotlin.concurrent.atomics.ExperimentalAtomicApi -opt-in=kotlinx.cinterop.ExperimentalForeignApi)
STRICT=(-Werror -progressive -Xmulti-platform -Xexpect-actual-classes)

# once OUTPUT COMMAND WORD...: runs the command, which makes OUTPUT, unless exactly these words have made it from the
# same contents of the files and folders among them.
once() {
    local made_from
    made_from=$(fingerprint "$@")
    [ ! -e "$1" ] || [ "$(cat "$1.inputs" 2>/dev/null)" != "$made_from" ] || return 0
    echo "Building ${1#"$PWD"/}"
    "${@:2}"
    echo "$made_from" >"$1.inputs"
}

# fingerprint OUTPUT WORD...
fingerprint() {
    local word
    {
        printf '%s\n' "$KONAN_HOME" "$OVERRIDES" "${C_OPTIONS[*]}" "$@"
        for word in "$BUILD/native/compile.sh" "${@:2}"; do
            word=${word#-Xinclude=}
            word=${word#-I}
            [ "$word" = "$1" ] || [ ! -e "$word" ] ||
                find "$word" -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
        done
    } | sha256sum
}

# program_suffix KONAN_TARGET
program_suffix() {
    case $1 in mingw_*) echo exe ;; *) echo kexe ;; esac
}

# kotlin_files FOLDER...: prints the Kotlin files in these folders, one a line. Of the examples not the consumers, which
# are projects of their own, nor the console, which is named by its parts.
kotlin_files() {
    local folder
    for folder in "$@"; do
        [ -d "$folder" ] || continue
        find "$folder" \( -path examples/consumers -o -path examples/console \) -prune -o -name '*.kt' -print |
            LC_ALL=C sort
    done
}

# native_files nativeMain FOLDERS: prints the files in it that the target takes, one a line; the same for nativeTest.
native_files() {
    local folder
    for folder in kotlin ${2//,/ }; do kotlin_files "src/$1/$folder"; done
}

# fragment_arguments COMMON NATIVE: prints the arguments that compile the files COMMON (names, one a line) as common
# code and NATIVE as native code. Code of the common fragment sees no declaration of the native one, as it should be.
fragment_arguments() {
    local file assigned=
    for file in $1; do assigned+=",common:$file"; done
    for file in $2; do assigned+=",native:$file"; done
    printf '%s\n' -Xfragments=common,native -Xfragment-refines=native:common "-Xfragment-sources=${assigned#,}"
    printf '%s\n' "$1" "$2" | grep .
}

# link_arguments FILE...: prints the arguments that link the klibs listed in the files, as far as they exist yet.
link_arguments() {
    local klib
    while read -r klib; do
        [ ! -f "$klib" ] || printf '%s\n' -l "$klib"
    done < <(cat "$@")
}

# build_library KONAN_TARGET FOLDERS OUT: makes OUT/kmmap.klib.
build_library() {
    local konan_target=$1 folders=$2 out=$3 libraries fragments
    build_cinterops "$@"
    mapfile -t libraries < <(link_arguments "$out/library.klibs" "$out/cinterop.klibs")
    mapfile -t fragments < <(fragment_arguments "$(kotlin_files src/commonMain/kotlin)" \
        "$(native_files nativeMain "$folders")")
    once "$out/kmmap.klib" konanc -p library -target "$konan_target" -module-name dev.kmmap:kmmap \
        -Xshort-module-name=kmmap "${STRICT[@]}" "${OPT_INS[@]}" -Xexplicit-api=strict \
        "-Xklib-relative-path-base=$PWD" "${libraries[@]}" "${fragments[@]}" -o "$out/kmmap.klib"
}

# build_cinterops KONAN_TARGET FOLDERS OUT: one klib a .def file. A definition serves every target, but one named after
# a folder of src/nativeMain (linux.def, or scan.linux.def) serves the targets that take that folder.
build_cinterops() {
    local definition name klib headers=$PWD/src/nativeMain/cinterop
    : >"$3/cinterop.klibs"
    for definition in src/nativeMain/cinterop/*.def; do
        [ -f "$definition" ] || continue
        name=$(basename "$definition" .def)
        if [ -d "src/nativeMain/${name##*.}" ] && [[ ",$2," != *",${name##*.},"* ]]; then continue; fi
        klib=$3/kmmap-cinterop-$name.klib
        echo "$klib" >>"$3/cinterop.klibs"
        once "$klib" cinterop -target "$1" -def "$definition" -o "$klib" -compiler-option "-I$headers" \
            -Xmodule-name "dev.kmmap:kmmap-cinterop-$name"
    done
}

# build_tests KONAN_TARGET FOLDERS OUT optimized|debuggable: makes OUT/tests.kexe (or .exe).
build_tests() {
    local konan_target=$1 folders=$2 out=$3 suffix libraries fragments
    suffix=$(program_suffix "$konan_target")
    local tests=$out/tests.klib program=$out/tests.$suffix
    generate_spec_list "$folders" "$out"
    mapfile -t libraries < <(link_arguments "$out/library.klibs" "$out/cinterop.klibs" "$out/test.klibs")
    libraries+=(-l "$out/kmmap.klib")
    mapfile -t fragments < <(fragment_arguments \
        "$(kotlin_files src/commonTest/kotlin examples examples/console/common)" \
        "$(native_files nativeTest "$folders" && kotlin_files examples/console/native "${out#"$PWD"/}/generated")")
    once "$tests" konanc -p library -target "$konan_target" -module-name kmmap-test \
        "-friend-modules" "$out/kmmap.klib" "${STRICT[@]}" "${OPT_INS[@]}" "${libraries[@]}" "${fragments[@]}" \
        -o "$tests"
    local arguments=(-p program -target "$konan_target" -enable-assertions "-Xinclude=$tests" "${LINK_OPTIONS[@]}"
        "${libraries[@]}" -e dev.kmmap.test.main -o "$program")
    # Lines in stack traces, which Windows programs cannot have.
    [ "$suffix" = exe ] || arguments+=(-Xbinary=sourceInfoType=libbacktrace)
    if [ "$4" = optimized ]; then arguments+=(-opt -Xadd-light-debug=enable); else arguments+=(-g); fi
    if [ "$konan_target" = linux_x64 ]; then
        mapfile -t -O "${#arguments[@]}" arguments < <(kept_code_arguments "$out/library.klibs" "$out/test.klibs")
        once "$program" with_lock konanc "${arguments[@]}"
    else
        once "$program" konanc "${arguments[@]}"
    fi
}

# kept_code_arguments FILE...: prints the arguments that keep the machine code of the klibs listed in the files, which
# makes the next link several times as fast; konanc can do so only for the host. Not kotest-property's: it has functions
# of twenty-two arguments that take minutes to compile, and of which nobody uses many.
kept_code_arguments() {
    local klib
    mkdir -p "$KONAN_DATA_DIR/code"
    echo "-Xauto-cache-dir=$KONAN_DATA_DIR/code"
    while read -r klib; do
        [[ $klib == *kotest-property* ]] || echo "-Xauto-cache-from=$(dirname "$klib")"
    done < <(cat "$@")
}

with_lock() {
    lock_cache
    "$@"
    unlock_cache
}

# generate_spec_list FOLDERS OUT: Kotlin/Native cannot look for spec classes at run time, so the list is made from the
# sources: every top-level class named *Spec, the same rule that Surefire has on the JVM.
generate_spec_list() {
    local files misnamed name
    mapfile -t files < <(kotlin_files src/commonTest/kotlin && native_files nativeTest "$1")
    misnamed=$(grep -HE '^[a-z ]*class .*: *FunSpec\(' "${files[@]}" |
        grep -vE ':(public |internal )?class [A-Za-z0-9]+Spec\b') || misnamed=
    [ -z "$misnamed" ] || fail "a spec is a class named *Spec that others may see, unlike $misnamed"
    mkdir -p "$2/generated"
    {
        printf 'package dev.kmmap.test\n\nimport io.kotest.core.spec.SpecRef\n\n'
        echo "internal val allSpecs: List<SpecRef> = listOf("
        for name in $(spec_names "${files[@]}"); do
            echo "    SpecRef.Function({ $name() }, $name::class, \"$name\"),"
        done
        echo ")"
    } >"$2/generated/AllSpecs.kt"
}

# build_example KONAN_TARGET OUT NAME: makes OUT/examples/NAME.kexe (or .exe).
build_example() {
    local konan_target=$1 out=$2 name=$3 klib=$2/examples/$3.klib program libraries fragments
    program=$out/examples/$name.$(program_suffix "$konan_target")
    mkdir -p "$out/examples"
    mapfile -t libraries < <(link_arguments "$out/library.klibs" "$out/cinterop.klibs")
    libraries+=(-l "$out/kmmap.klib")
    mapfile -t fragments < <(fragment_arguments "$(kotlin_files "examples/$name" examples/console/common)" \
        "$(kotlin_files examples/console/native)")
    once "$klib" konanc -p library -target "$konan_target" -module-name "kmmap-$name" "${STRICT[@]}" "${OPT_INS[@]}" \
        "${libraries[@]}" "${fragments[@]}" -o "$klib"
    once "$program" konanc -p program -target "$konan_target" -opt "-Xinclude=$klib" "${LINK_OPTIONS[@]}" \
        "${libraries[@]}" -e "dev.kmmap.examples.$name.main" -o "$program"
}

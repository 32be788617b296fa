# Sourced by build/native. From sources to klibs and executables, for the target that these variables describe:
# target, konan_target, folders (of src/nativeMain, comma-separated), suffix (of programs), target_out.

OPT_INS=(-opt-in=kotlin.concurrent.atomics.ExperimentalAtomicApi -opt-in=kotlinx.cinterop.ExperimentalForeignApi)
STRICT=(-Werror -progressive -Xmulti-platform -Xexpect-actual-classes)

# fresh OUTPUT WORD...: whether OUTPUT was made from exactly these words, and these contents where a word is a file or
# a folder. Where it was not, made OUTPUT WORD... notes that it now is.
fresh() {
    [ -e "$1" ] && [ "$(cat "$1.inputs" 2>/dev/null)" = "$(fingerprint "${@:2}")" ]
}

made() {
    fingerprint "${@:2}" >"$1.inputs"
}

fingerprint() {
    {
        printf '%s\n' "$KONAN_HOME" "$OVERRIDES" "${C_OPTIONS[*]}" "$@"
        local word
        for word in "$BUILD/compile.sh" "$@"; do
            [ ! -e "$word" ] || find "$word" -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
        done
    } | sha256sum
}

# Of the examples not the consumers, which are projects of their own, nor the console, which is named by its parts.
kotlin_files() {
    local folder
    for folder in "$@"; do
        [ -d "$folder" ] || continue
        find "$folder" \( -path examples/consumers -o -path examples/console \) -prune -o -name '*.kt' -print |
            LC_ALL=C sort
    done
}

# Sets fragments to the arguments that compile $1 (file names, one a line) as common code and $2 as native code. Code
# of the common fragment sees no declaration of the native one, as it should be.
split_fragments() {
    local file
    fragments=(-Xfragments=common,native -Xfragment-refines=native:common)
    local sources=
    for file in $1; do sources+=",common:$file"; done
    for file in $2; do sources+=",native:$file"; done
    fragments+=("-Xfragment-sources=${sources#,}")
    for file in $1 $2; do fragments+=("$file"); done
}

# source_folders nativeMain: prints what of it the target takes, one folder a line; the same for nativeTest.
source_folders() {
    local folder
    for folder in kotlin ${folders//,/ }; do echo "src/$1/$folder"; done
}

build_library() {
    local native_folders
    mapfile -t native_folders < <(source_folders nativeMain)
    build_cinterops
    library=$target_out/kmmap.klib
    link_klibs "$target_out/library.klibs" "$target_out/cinterop.klibs"
    split_fragments "$(kotlin_files src/commonMain/kotlin)" "$(kotlin_files "${native_folders[@]}")"
    local arguments=(-p library -target "$konan_target" -module-name dev.kmmap:kmmap -Xshort-module-name=kmmap
        "${STRICT[@]}" "${OPT_INS[@]}" -Xexplicit-api=strict "-Xklib-relative-path-base=$PWD" "${libraries[@]}"
        "${fragments[@]}" -o "$library")
    ! fresh "$library" "${arguments[@]}" || return 0
    echo "Compiling ${library#"$PWD"/}"
    konanc "${arguments[@]}"
    made "$library" "${arguments[@]}"
}

# One klib a .def file. A definition serves every target, but one named after a folder of src/nativeMain (linux.def,
# or scan.linux.def) serves the targets that take that folder.
build_cinterops() {
    local definition name klib
    : >"$target_out/cinterop.klibs"
    for definition in src/nativeMain/cinterop/*.def; do
        [ -f "$definition" ] || continue
        name=$(basename "$definition" .def)
        if [ -d "src/nativeMain/${name##*.}" ] && [[ ",$folders," != *",${name##*.},"* ]]; then continue; fi
        klib=$target_out/kmmap-cinterop-$name.klib
        echo "$klib" >>"$target_out/cinterop.klibs"
        local arguments=(-target "$konan_target" -def "$definition" -o "$klib" -compiler-option
            "-I$PWD/src/nativeMain/cinterop" -Xmodule-name "dev.kmmap:kmmap-cinterop-$name")
        ! fresh "$klib" "${arguments[@]}" src/nativeMain/cinterop || continue
        echo "Binding ${klib#"$PWD"/}"
        cinterop "${arguments[@]}"
        made "$klib" "${arguments[@]}" src/nativeMain/cinterop
    done
}

# build_tests [Spec...]
build_tests() {
    local native_folders tests=$target_out/tests.klib program=$target_out/tests.$suffix
    mapfile -t native_folders < <(source_folders nativeTest)
    generate_spec_list
    link_klibs "$target_out/library.klibs" "$target_out/cinterop.klibs" "$target_out/test.klibs"
    libraries+=(-l "$library")
    split_fragments "$(kotlin_files src/commonTest/kotlin examples examples/console/common)" \
        "$(kotlin_files "${native_folders[@]}" examples/console/native "${target_out#"$PWD"/}/generated")"
    local arguments=(-p library -target "$konan_target" -module-name kmmap-test "-friend-modules" "$library"
        "${STRICT[@]}" "${OPT_INS[@]}" "${libraries[@]}" "${fragments[@]}" -o "$tests")
    if ! fresh "$tests" "${arguments[@]}"; then
        echo "Compiling ${tests#"$PWD"/}"
        konanc "${arguments[@]}"
        made "$tests" "${arguments[@]}"
    fi
    arguments=(-p program -target "$konan_target" -enable-assertions
        "-Xinclude=$tests" "${LINK_OPTIONS[@]}" "${libraries[@]}" -e dev.kmmap.test.main -o "$program")
    # Lines in stack traces, which Windows programs cannot have.
    [ "$suffix" = exe ] || arguments+=(-Xbinary=sourceInfoType=libbacktrace)
    # An emulator takes a third of the time for optimised code, which is worth the minute that optimising takes.
    if [ ${#run_with[@]} -gt 0 ] && [ $# = 0 ]; then
        arguments+=(-opt -Xadd-light-debug=enable)
    else
        arguments+=(-g)
    fi
    if ! fresh "$program" "$tests" "${arguments[@]}"; then
        echo "Linking ${program#"$PWD"/}"
        link_tests
        made "$program" "$tests" "${arguments[@]}"
    fi
}

# For the host the machine code of the libraries is kept, which makes the next link several times as fast; konanc can do
# so for no other target. Not kotest-property's: it has functions of twenty-two arguments that take minutes to compile,
# and of which nobody uses many.
link_tests() {
    local code=$KONAN_DATA_DIR/code kept=() klib_path
    if [ "$konan_target" != linux_x64 ]; then
        konanc "${arguments[@]}"
        return
    fi
    mkdir -p "$code"
    while read -r klib_path; do
        [[ $klib_path == *kotest-property* ]] || kept+=("-Xauto-cache-from=$(dirname "$klib_path")")
    done < <(cat "$target_out/library.klibs" "$target_out/test.klibs")
    lock_cache
    konanc "${arguments[@]}" "${kept[@]}" "-Xauto-cache-dir=$code"
    unlock_cache
}

# Kotlin/Native cannot look for spec classes at run time, so the list is made from the sources: every top-level class
# named *Spec, the same rule that Surefire has on the JVM.
generate_spec_list() {
    local list=$target_out/generated/AllSpecs.kt file package spec misnamed
    mkdir -p "$target_out/generated"
    {
        printf 'package dev.kmmap.test\n\nimport io.kotest.core.spec.SpecRef\n\n'
        echo "internal val allSpecs: List<SpecRef> = listOf("
        for file in $(kotlin_files src/commonTest/kotlin "${native_folders[@]}"); do
            misnamed=$(grep -E '^[a-z ]*class .*: *FunSpec\(' "$file" |
                grep -vE '^(public |internal )?class [A-Za-z0-9]+Spec\b') || misnamed=
            [ -z "$misnamed" ] || fail "$file: a spec is a class named *Spec that others may see, unlike: $misnamed"
            package=$(sed -n 's/^package *//p' "$file")
            for spec in $(sed -nE 's/^(public |internal )?class ([A-Za-z0-9]+Spec)\b.*/\2/p' "$file"); do
                echo "    SpecRef.Function({ $package.$spec() }, $package.$spec::class, \"$package.$spec\"),"
            done
        done
        echo ")"
    } >"$list"
}

build_example() {
    local name=$1 klib=$target_out/examples/$1.klib program=$target_out/examples/$1.$suffix
    mkdir -p "$target_out/examples"
    link_klibs "$target_out/library.klibs" "$target_out/cinterop.klibs"
    libraries+=(-l "$library")
    split_fragments "$(kotlin_files "examples/$name" examples/console/common)" "$(kotlin_files examples/console/native)"
    local arguments=(-p library -target "$konan_target" -module-name "kmmap-$name" "${STRICT[@]}" "${OPT_INS[@]}"
        "${libraries[@]}" "${fragments[@]}" -o "$klib")
    if ! fresh "$klib" "${arguments[@]}"; then
        konanc "${arguments[@]}"
        made "$klib" "${arguments[@]}"
    fi
    arguments=(-p program -target "$konan_target" -opt "-Xinclude=$klib" "${LINK_OPTIONS[@]}"
        "${libraries[@]}" -e "dev.kmmap.examples.$name.main" -o "$program")
    if ! fresh "$program" "$klib" "${arguments[@]}"; then
        echo "Linking ${program#"$PWD"/}"
        konanc "${arguments[@]}"
        made "$program" "$klib" "${arguments[@]}"
    fi
}

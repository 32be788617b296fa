# Sourced by build/native/compile.sh. Specs, by the names of their classes.

# spec_names FILE...: prints the full names of the specs in these files, one a line.
spec_names() {
    sed -nE -e 's/^package +//; T class; h; b' -e ':class' \
        -e 's/^(public |internal )?class ([A-Za-z0-9]+Spec)\b.*/\2/; T; G; s/(.*)\n(.*)/\2.\1/p' "$@"
}

# fast_specs: prints the full names of the specs that build/test/fast.txt selects.
fast_specs() {
    local files name selected left_out
    mapfile -t files < <(find src/commonTest src/nativeTest -name '*.kt' | LC_ALL=C sort)
    mapfile -t selected < <(sed -n 's/^+//p' build/test/fast.txt)
    mapfile -t left_out < <(sed -n 's/^-//p' build/test/fast.txt)
    for name in $(spec_names "${files[@]}"); do
        if matches "$name" "${selected[@]}" && ! matches "$name" "${left_out[@]}"; then echo "$name"; fi
    done
}

# matches NAME PATTERN...: whether one of them does; a pattern without a dot is one of the last part of the name.
matches() {
    local pattern name
    for pattern in "${@:2}"; do
        name=$1
        [[ $pattern == *.* ]] || name=${1##*.}
        # shellcheck disable=SC2053
        [[ $name != $pattern ]] || return 0
    done
    return 1
}

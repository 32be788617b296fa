# Sourced by build/native. Runs the test programs, one at a time, each while the next target is compiled.

status=0
tests_program=

# start_tests [Spec...]: once those of the target before have ended.
start_tests() {
    await_tests
    tests_target=$target
    tests_counts=target/native/$target/tests.counts
    tests_log=$target_out/tests.log
    rm -f "$tests_counts"
    : >"$tests_log"
    local program=target/native/$target/tests.$suffix
    # How a test starts this program once more. In Wine it takes no command before it.
    local again=\"$program\"
    [ "$suffix" = exe ] || again="${run_with[*]} $again"
    # qemu, wine or nothing: they have limits of their own.
    local runner=${run_with[0]:-}
    # The long forms take hours on a busy machine.
    [ "${KMMAP_LONG:-}" != 1 ] || TESTS_TIMEOUT=36000
    KMMAP_RUNNER=${runner%%-*} KMMAP_TEST_PROGRAM=$again timeout "$TESTS_TIMEOUT" \
        "${run_with[@]}" "$program" "$tests_counts" "$@" \
        </dev/null >"$tests_log" 2>&1 3<&- &
    tests_program=$!
    trap 'kill "$tests_program" 2>/dev/null || true' EXIT
}

# Prints what the tests have printed so far, and then goes on with them until they end.
await_tests() {
    [ -n "$tests_program" ] || return 0
    local result=0
    echo "Tests of $tests_target"
    tail --pid="$tests_program" --sleep-interval=0.2 --lines=+1 --follow "$tests_log" | tr -d '\r'
    wait "$tests_program" || result=$?
    tests_program=
    trap - EXIT
    [ "$result" = 0 ] || status=3
    case $result in
        0 | 1) ;;
        124) echo "$tests_target: stopped after $TESTS_TIMEOUT seconds, in $(cat "$tests_counts.running")" ;;
        *) echo "$tests_target: the test program died with status $result, in $(cat "$tests_counts.running")" ;;
    esac
}

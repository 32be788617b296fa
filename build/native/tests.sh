# Sourced by build/native/run. Runs the test programs, one at a time, each while the next target is compiled.

tests_status=0 # 3 once a test has failed
tests_target=  # whose tests are running
tests_pid=

# start_tests TARGET PROGRAM RUNNER [SPEC...]: once those of the target before have ended. PROGRAM is relative, RUNNER
# as in build/native/targets.
start_tests() {
    await_tests
    tests_target=$1
    local program=$2 runner=${3#-} run_with log=$OUT/$1/tests.log counts=target/native/$1/tests.counts again limit
    read -ra run_with <<<"$runner"
    rm -f "$counts"
    : >"$log"
    # How a test starts this program once more. In Wine it takes no command before it.
    again=\"$program\"
    [ "$runner" = wine ] || again="$runner $again"
    limit=$TESTS_TIMEOUT
    [ "${KMMAP_LONG:-}" != 1 ] || limit=36000 # the long forms take hours on a busy machine
    # KMMAP_RUNNER is qemu, wine or nothing: they have limits of their own.
    KMMAP_RUNNER=${runner%%[- ]*} KMMAP_TEST_PROGRAM=$again timeout "$limit" \
        "${run_with[@]}" "$program" "$counts" "${@:4}" </dev/null >"$log" 2>&1 3<&- &
    tests_pid=$!
    trap 'kill "$tests_pid" 2>/dev/null || true' EXIT
}

# Prints what the tests have printed so far, and then goes on with them until they end.
await_tests() {
    [ -n "$tests_pid" ] || return 0
    local result=0 running=$OUT/$tests_target/tests.counts.running
    echo "Tests of $tests_target"
    tail --pid="$tests_pid" --sleep-interval=0.2 --lines=+1 --follow "$OUT/$tests_target/tests.log" | tr -d '\r'
    wait "$tests_pid" || result=$?
    tests_pid=
    trap - EXIT
    [ "$result" = 0 ] || tests_status=3
    case $result in
        0 | 1) ;;
        124) echo "$tests_target: the tests took too long, stopped in $(cat "$running")" ;;
        *) echo "$tests_target: the test program died with status $result, in $(cat "$running")" ;;
    esac
}

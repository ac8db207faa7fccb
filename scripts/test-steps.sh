# shellcheck shell=bash disable=SC2154
# One function per step. Each adds to the counts; a step that cannot run counts as a failure, and so does a skipped test in CI.

passed=0
failed=0
skipped=0
failures=()

# check NAME COMMAND...: one check that passes or fails as a whole.
check() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("$name")
    say "FAILED: $name"
  fi
}

# count NAME EXIT PASSED FAILED SKIPPED: adds a runner's own counts. A runner that fails without a failed test is a failure.
count() {
  passed=$((passed + $3))
  failed=$((failed + $4))
  skipped=$((skipped + $5))
  if [ "$4" -gt 0 ]; then
    failures+=("$1: $4 failed")
  elif [ "$2" -ne 0 ] || [ "$3" -eq 0 ]; then
    failed=$((failed + 1))
    failures+=("$1: did not run to its end")
  fi
}

number_before() { grep -oE "[0-9]+ $1" <<<"$2" | tail -n 1 | cut -d' ' -f1 || true; }

step_format() {
  check "rustfmt" cargo fmt --all --check
  check "shellcheck" shellcheck -x start.sh test.sh .ci/run scripts/*.sh
}

step_lint() { check "clippy" cargo clippy --locked --profile fast --workspace --all-targets --quiet -- -D warnings; }

step_rust() {
  build_web || say "the web app could not be built"
  local out=$cache/rust-tests.log summary status
  cargo nextest run --locked --cargo-profile fast --workspace --no-fail-fast 2>&1 | tee "$out"
  status=${PIPESTATUS[0]}
  summary=$(grep -E 'tests run:' "$out" | tail -n 1)
  local good bad skip
  good=$(number_before passed "$summary")
  bad=$(number_before failed "$summary")
  skip=$(number_before skipped "$summary")
  count "Rust tests" "$status" "${good:-0}" "${bad:-0}" "${skip:-0}"
}

step_web() {
  check "web: types" npm --prefix web run --silent typecheck
  check "web: lint" npm --prefix web run --silent lint
  check "web: format" npm --prefix web run --silent format:check
  local out=$cache/web-tests.json status
  (cd web && npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="$out")
  status=$?
  count_json "web unit tests" "$status" "$out" "j => [j.numPassedTests, j.numFailedTests, j.numPendingTests + j.numTodoTests]"
}

step_sdk() { run_pytest "real SDKs" sdk; }

step_clients() {
  TELLTALE_CLIENTS=$cache/clients TELLTALE_CLIENT_RESULTS=$cache/client-results.json run_pytest "clients" clients -n 2 --dist loadfile
  check "the table of clients in docs/integrations is current" "$python_env/bin/python" tools/integrations_table.py --check "$cache/client-results.json"
}

step_open_files() { run_pytest "open files" open_files; }

# Our costs against two other programs', which have an environment of their own.
step_oracles() {
  cargo build --locked --profile fast -p pricing --example price_jsonl || say "the build failed: what follows runs the last one"
  TELLTALE_ORACLES=$cache/clients/cost-oracles TELLTALE_PRICER=$CARGO_TARGET_DIR/fast/examples/price_jsonl \
    run_tests "cost oracles" cost_oracles
}

step_browser() {
  build_all || say "the build failed: what follows runs the last one"
  local out=$cache/browser-tests.json status
  (cd web && TELLTALE_BINARY=$(server_binary) TELLTALE_SDK_PYTHON=$python_env/bin/python PLAYWRIGHT_JSON_OUTPUT_NAME=$out npx --no-install playwright test --reporter=list,json)
  status=$?
  count_json "browser tests" "$status" "$out" "j => [j.stats.expected + j.stats.flaky, j.stats.unexpected, j.stats.skipped]"
}

step_policy() { run_pytest "dependency policy" policy; }

step_deploy() { run_pytest "containers and nginx" deploy; }

# run_pytest NAME FOLDER [OPTION...]: the tests of one folder, against the real binary.
run_pytest() {
  build_all || say "the build failed: what follows runs the last one"
  run_tests "$@"
}

# run_tests NAME FOLDER [OPTION...]: the tests of one folder, with what is built.
run_tests() {
  local out=$cache/$2-tests.log summary status
  TELLTALE_BINARY=$(server_binary) "$python_env/bin/python" -m pytest -q -p no:cacheprovider -c tests/pytest.ini "tests/$2" "${@:3}" 2>&1 | tee "$out"
  status=${PIPESTATUS[0]}
  summary=$(tail -n 1 "$out")
  local good bad skip
  good=$(number_before passed "$summary")
  bad=$(number_before failed "$summary")
  skip=$(number_before skipped "$summary")
  count "$1" "$status" "${good:-0}" "${bad:-0}" "${skip:-0}"
}

# count_json NAME EXIT FILE FUNCTION: counts from a runner's JSON report.
count_json() {
  local numbers
  numbers=$(node -e "const j = JSON.parse(require('fs').readFileSync(process.argv[1])); console.log(($4)(j).join(' '))" "$3" 2>/dev/null) || numbers="0 0 0"
  # shellcheck disable=SC2086
  count "$1" "$2" $numbers
}

report() {
  if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
    failures+=("$skipped skipped: a skip is a failure in CI")
    failed=$((failed + skipped))
  fi
  local line
  for line in "${failures[@]}"; do say "FAILED: $line"; done
  [ "$skipped" -eq 0 ] || echo "$skipped skipped"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

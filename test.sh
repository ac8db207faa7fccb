#!/usr/bin/env bash
# Runs every test: format, lints, Rust, web, real SDKs, browser, services. Installs what they need first; the tests use loopback only.
# usage: ./test.sh [STEP ...]   steps: format lint policy rust oracles web sdk clients open_files browser deploy   (default: all)
set -uo pipefail
cd "$(dirname "$0")" || exit
. scripts/lib.sh
. scripts/test-setup.sh
. scripts/test-steps.sh

steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(format lint policy rust oracles web sdk clients open_files browser deploy)
for step in "${steps[@]}"; do
  declare -F "step_$step" >/dev/null || fail "unknown step: $step"
done

need_rust
need_node
set_up
for step in "${steps[@]}"; do
  say "step $step"
  "step_$step"
done
report

#!/usr/bin/env bash
# Raises the Python packages of the tests to the newest versions that fit tests/requirements.in, and locks them with hashes.
set -euo pipefail
cd "$(dirname "$0")/../tests"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet pip-tools
"$work/venv/bin/pip-compile" --quiet --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
  --generate-hashes --allow-unsafe --strip-extras --output-file requirements.txt requirements.in
echo "locked: tests/requirements.txt"

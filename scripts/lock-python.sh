#!/usr/bin/env bash
# Raises Python packages to the newest versions that fit FOLDER/requirements.in, and locks them with hashes in requirements.txt.
# usage: lock-python.sh [FOLDER]   FOLDER: tests (default) or bench
set -euo pipefail
folder=${1:-tests}
cd "$(dirname "$0")/../$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet pip-tools
"$work/venv/bin/pip-compile" --quiet --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
  --generate-hashes --allow-unsafe --no-strip-extras --output-file requirements.txt requirements.in
echo "locked: $folder/requirements.txt"

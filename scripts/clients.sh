#!/usr/bin/env bash
# Installs the client packages that tests/clients runs (and those that tests/cost_oracles compares costs with), one environment per folder there, into the cache.
# usage: scripts/clients.sh install [NAME ...]   exactly what the locks say (default: all)
#        scripts/clients.sh raise [NAME ...]     writes the locks anew with the newest versions that fit
# A folder holds requirements.in and requirements.txt (Python, with hashes), or package.json and package-lock.json (Node.js), or both.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

clients=$cache/clients
uv=$cache/uv/bin/uv
mkdir -p "$clients"

need_uv() {
  [ -x "$uv" ] && return
  say "installing the installer of Python packages (uv)"
  python3 -m venv "$cache/uv"
  "$cache/uv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r scripts/uv-requirements.txt
}

# lock_hash NAME: what an installed environment is known by.
lock_hash() { find "tests/clients/$1" -maxdepth 1 \( -name requirements.txt -o -name package-lock.json \) -print0 | sort -z | xargs -0 cat | sha256sum | cut -c1-16; }

install_one() {
  local name=$1 folder=tests/clients/$1 target
  target=$clients/$name-$(lock_hash "$name")
  if [ ! -f "$target/.complete" ]; then
    say "installing the client packages of $name"
    rm -rf "$target"
    mkdir -p "$target"
    if [ -f "$folder/requirements.txt" ]; then
      need_uv
      "$uv" venv --quiet --python python3 "$target/venv"
      VIRTUAL_ENV=$target/venv "$uv" pip install --quiet --require-hashes -r "$folder/requirements.txt"
    fi
    if [ -f "$folder/package-lock.json" ]; then
      cp "$folder/package.json" "$folder/package-lock.json" "$target/"
      (cd "$target" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >&2)
    fi
    touch "$target/.complete"
  fi
  ln -sfn "$target" "$clients/$name"
}

raise_one() {
  local name=$1 folder=tests/clients/$1
  if [ -f "$folder/requirements.in" ]; then
    need_uv
    "$uv" pip compile --quiet --upgrade --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11 \
      --output-file "$folder/requirements.txt" "$folder/requirements.in"
  fi
  if [ -f "$folder/package.json" ]; then
    (cd "$folder" && npm install --package-lock-only --no-audit --no-fund --loglevel=error)
    # Where a package was fetched from is each machine's own business; its integrity hash stays.
    sed -i '/^ *"resolved": /d' "$folder/package-lock.json"
  fi
}

all_names() { find tests/clients -mindepth 2 -maxdepth 2 \( -name requirements.in -o -name package.json \) -printf '%h\n' | xargs -r -n 1 basename | sort -u; }

command=${1:-install}
[ $# -eq 0 ] || shift
names=("$@")
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(all_names)
for name in "${names[@]}"; do
  case $command in
    install) install_one "$name" ;;
    raise) raise_one "$name" ;;
    *) fail "unknown command: $command (install or raise)" ;;
  esac
done

# shellcheck shell=bash
# What start.sh and test.sh share: where things are cached, what must be there, and how progress is told.

cache=${TELLTALE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/telltale}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
rust_needed=1.94
node_needed=20
mkdir -p "$cache"

say() { printf '\033[1m%s\033[0m\n' "telltale: $*" >&2; }
fail() {
  printf 'telltale: %s\n' "$@" >&2
  exit 1
}

# at_least VERSION MINIMUM: compares dotted versions.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

need_rust() {
  [ -x "$HOME/.cargo/bin/cargo" ] && PATH="$HOME/.cargo/bin:$PATH"
  command -v cargo >/dev/null || fail "Rust is missing (version $rust_needed or newer)." \
    "Install it with:  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y" "then run this again."
  local version
  version=$(rustc --version | cut -d' ' -f2)
  at_least "$version" "$rust_needed" || fail "Rust $version is too old: $rust_needed or newer is needed." "Raise it with:  rustup update stable"
  command -v cc >/dev/null || fail "a C compiler is missing." "Install it with:  sudo apt-get install -y build-essential"
}

need_node() {
  if ! { command -v node && command -v npm; } >/dev/null; then
    fail "Node.js is missing (version $node_needed or newer, with npm)." "Install it with:  sudo apt-get install -y nodejs npm   (or from https://nodejs.org)"
  fi
  local version
  version=$(node --version | tr -d v)
  at_least "$version" "$node_needed" || fail "Node.js $version is too old: $node_needed or newer is needed." "Get it from https://nodejs.org"
}

# Standard output belongs to the server's ready line: all else goes to standard error.

# A hash of the files that go into the web app, so that it is built only when one of them changed.
web_fingerprint() {
  (cd web && find . ../docs/integrations \( -name node_modules -o -name dist -o -name e2e -o -name test-results -o -name playwright-report \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

web_dependencies() {
  local lock
  lock=$(sha256sum web/package-lock.json | cut -d' ' -f1)
  if [ ! -d web/node_modules ] || [ "$(cat web/node_modules/.telltale-lock 2>/dev/null)" != "$lock" ]; then
    say "installing the web app's packages"
    (cd web && npm ci --no-audit --no-fund --loglevel=error) >&2
    echo "$lock" >web/node_modules/.telltale-lock
  fi
}

build_web() {
  local fingerprint
  fingerprint=$(web_fingerprint)
  if [ "$(cat web/dist/.telltale-source 2>/dev/null)" != "$fingerprint" ]; then
    web_dependencies
    say "building the web app"
    (cd web && npm run --silent build) >&2
    echo "$fingerprint" >web/dist/.telltale-source
  fi
}

# The same features as the tests build with, so that nothing is compiled twice.
build_server() {
  [ -d "$CARGO_TARGET_DIR/fast" ] || say "building the server: the first time takes about 10 minutes on two cores, later seconds"
  cargo build --locked --profile fast --workspace --bins
}

build_all() { build_web && build_server; }

server_binary() { echo "$CARGO_TARGET_DIR/fast/telltale"; }

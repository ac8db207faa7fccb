# shellcheck shell=bash disable=SC2154,SC2034
# Installs what the tests need from Debian's packages and from locked lists, into the cache. Says so when it cannot.

debian_packages=(chromium nginx-light postgresql redis-server shellcheck strace)
debian_programs=(chromium nginx - redis-server shellcheck strace)

missing_packages() {
  local index
  for index in "${!debian_packages[@]}"; do
    case ${debian_programs[index]} in
      -) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || echo "${debian_packages[index]}" ;;
      *) PATH="$PATH:/usr/sbin:/sbin" command -v "${debian_programs[index]}" >/dev/null || echo "${debian_packages[index]}" ;;
    esac
  done
}

install_debian_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  local as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  say "installing Debian packages: ${missing[*]}"
  { command -v apt-get >/dev/null && "${as_root[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; } ||
    fail "the tests need these programs, and they could not be installed: ${missing[*]}" "Install them with:  sudo apt-get install -y ${missing[*]}"
}

install_nextest() {
  cargo nextest --version >/dev/null 2>&1 && return
  say "installing cargo-nextest (once)"
  cargo install cargo-nextest --locked --quiet || fail "cargo-nextest could not be installed." "Install it with:  cargo install cargo-nextest --locked"
}

# A throw-away Python environment with exactly the locked packages.
install_python_packages() {
  local lock
  lock=$(sha256sum tests/requirements.txt | cut -c1-16)
  python_env=$cache/python-$lock
  [ -f "$python_env/.complete" ] && return
  say "installing the Python packages of the tests"
  rm -rf "$python_env"
  { python3 -m venv "$python_env" && "$python_env/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r tests/requirements.txt; } ||
    fail "the Python environment of the tests could not be made." "They need python3 with venv:  sudo apt-get install -y python3-venv"
  touch "$python_env/.complete"
}

set_up() {
  install_debian_packages
  install_nextest
  install_python_packages
  scripts/clients.sh install || fail "the client packages of the tests could not be installed."
  web_dependencies
  say "fetching crates"
  cargo fetch --locked --quiet
}

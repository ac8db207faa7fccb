#!/usr/bin/env bash
# Builds what is needed and serves the dashboard and the API on http://localhost:8001 with the embedded store.
# Arguments go to `telltale serve`; ./start.sh --help lists them.
set -euo pipefail
cd "$(dirname "$0")"
. scripts/lib.sh

need_rust
need_node
build_web
build_server
exec "$(server_binary)" serve "$@"

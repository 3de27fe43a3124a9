#!/usr/bin/env bash
# toxiproxy-up.sh CACHE DIR PORT - toxiproxy, built into CACHE on first use, its HTTP API on PORT; no proxy yet
set -euo pipefail; . "$(dirname "$0")/lib.sh"; D=$2 P=$3
B=$("$(dirname "$0")/gobin.sh" "$1" "$(go_package toxiproxy)")
rm -rf "$D"; mkdir -p "$D"; own "$D"
"${AS[@]}" env LOG_LEVEL=error "$B" -host 127.0.0.1 -port "$P" >"$D/log" 2>&1 & echo $! > "$D/pid"
wait_for curl -sf "http://127.0.0.1:$P/version"

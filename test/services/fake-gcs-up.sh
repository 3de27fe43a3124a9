#!/usr/bin/env bash
# fake-gcs-up.sh CACHE DIR PORT [ARG...] - fake-gcs-server (Google Cloud Storage JSON API, http), built into CACHE
# on first use; data in DIR/data, or in memory with the ARGs -backend memory. No credentials are looked at.
set -euo pipefail; . "$(dirname "$0")/lib.sh"; D=$2 P=$3
B=$("$(dirname "$0")/gobin.sh" "$1" "$(go_package fake-gcs)")
rm -rf "$D"; mkdir -p "$D/data"; own "$D"
"${AS[@]}" env TMPDIR="$D" "$B" -scheme http -host 127.0.0.1 -port "$P" -external-url "http://127.0.0.1:$P" -public-host "127.0.0.1:$P" \
  -filesystem-root "$D/data" -log-level error "${@:4}" >"$D/log" 2>&1 & echo $! > "$D/pid"
wait_for curl -sf "http://127.0.0.1:$P/_internal/healthcheck"

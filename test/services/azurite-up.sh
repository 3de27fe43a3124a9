#!/usr/bin/env bash
# azurite-up.sh MAIN_JS DIR PORT - Azurite (Azure Blob) on PORT, data in memory. Account devstoreaccount1 with its published key.
set -euo pipefail; . "$(dirname "$0")/lib.sh"; D=$2 P=$3
rm -rf "$D"; mkdir -p "$D"; own "$D"; cd "$D"
"${AS[@]}" node "$1" --silent --inMemoryPersistence --blobHost 127.0.0.1 --blobPort "$P" --disableTelemetry --skipApiVersionCheck >"$D/log" 2>&1 & echo $! > "$D/pid"
wait_for curl -s -o /dev/null "http://127.0.0.1:$P/"

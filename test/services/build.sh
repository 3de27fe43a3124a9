#!/usr/bin/env bash
# build.sh [NAME...] - builds servers of the tests that are Go programs (minio, fake-gcs, toxiproxy, rclone), each once, one at a time;
# needs Go 1.26 and minutes. rclone is only a peer of test/perf and not built unless named.
set -euo pipefail; . "$(dirname "$0")/lib.sh"
[ $# -gt 0 ] || set -- minio fake-gcs toxiproxy
for name in "$@"; do "$(dirname "$0")/gobin.sh" "$T/go" "$(go_package "$name")"; done

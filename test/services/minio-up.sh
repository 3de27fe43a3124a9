#!/usr/bin/env bash
# minio-up.sh CACHE DIR PORT - MinIO, built into CACHE on first use: S3 on PORT, data in DIR/data. User: key
# testkey, secret testsecret. TLS=1: https with the self-signed DIR/certs/public.crt (SSE-C needs it).
set -euo pipefail; . "$(dirname "$0")/lib.sh"; D=$2 P=$3 s=http
B=$("$(dirname "$0")/gobin.sh" "$1" "$(go_package minio)")
rm -rf "$D"; mkdir -p "$D"/{data,certs}
[ -z "${TLS:-}" ] || { s=https; openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$D/certs/private.key" -out "$D/certs/public.crt" 2>"$D/openssl.log"; }
own "$D"
"${AS[@]}" env MINIO_ROOT_USER=testkey MINIO_ROOT_PASSWORD=testsecret MINIO_BROWSER=off MINIO_UPDATE=off \
  MINIO_KMS_SECRET_KEY=walg:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= \
  "$B" server --certs-dir "$D/certs" --address "127.0.0.1:$P" "$D/data" >"$D/log" 2>&1 & echo $! > "$D/pid"
wait_for curl -skf "$s://127.0.0.1:$P/minio/health/live"

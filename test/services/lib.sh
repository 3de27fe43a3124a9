# lib.sh - sourced by the scripts beside it
T=${WALGTEST_SERVICES:-${TMPDIR:-/tmp}/walgtest-services}; mkdir -p "$T"; chmod 755 "$T"   # where test services live
if [ "$(id -u)" -eq 0 ]; then # many servers refuse to run as root
  SERVER_USER=walgtest; id "$SERVER_USER" >/dev/null 2>&1 || useradd --system --no-create-home "$SERVER_USER"
  AS=(setpriv --reuid="$SERVER_USER" --regid="$SERVER_USER" --clear-groups env HOME="$T")
  own() { chown -R "$SERVER_USER" "$@"; }
else
  SERVER_USER=$(id -un); AS=(env HOME="$T"); own() { :; }
fi
asu() { "${AS[@]}" "$@"; }  # to start a server in the background write "${AS[@]}" PROGRAM &, so that $! is its pid
wait_for() { local i; for i in $(seq 300); do "$@" >/dev/null 2>&1 && return 0; sleep .1; done; echo "not ready: $*" >&2; return 1; }
stop_pid() { # PIDFILE... - end these servers and wait until they are gone
  local f p i pids=(); for f in "$@"; do p=$(cat "$f" 2>/dev/null) && pids+=("$p") && kill "$p" 2>/dev/null || true; done
  for p in "${pids[@]}"; do for i in $(seq 300); do kill -0 "$p" 2>/dev/null || break; sleep .1; done; done; rm -f "$@"
}
go_package() { # NAME - the Go package, with its version, that a server is built from
  case $1 in
    minio) echo github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c ;;
    fake-gcs) echo github.com/fsouza/fake-gcs-server@v1.56.1 ;;
    toxiproxy) echo github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0 ;;
    rclone) echo github.com/rclone/rclone@v1.76.0 ;;
    *) echo "no Go program of this name: $1" >&2; return 1 ;;
  esac
}
go_binary() { # NAME - where its binary lies once it is built
  local p; p=$(go_package "$1"); echo "$T/go/${p//\//_}/$(basename "${p%@*}")"
}

#!/usr/bin/env bash
# keystone-up.sh DIR PORT SWIFT_PORT - Keystone v3 on SQLite with user tester/testing in project test,
# the service user swift needs, and an object-store endpoint at SWIFT_PORT
set -euo pipefail; . "$(dirname "$0")/lib.sh"; D=$1 P=$2 S=$3
rm -rf "$D"; mkdir -p "$D"/{fernet,credential,log}; chmod 700 "$D"/{fernet,credential}; own "$D"
cat > "$D/keystone.conf" <<CONF
[DEFAULT]
log_dir = $D/log
[database]
connection = sqlite:///$D/keystone.db
[token]
provider = fernet
[fernet_tokens]
key_repository = $D/fernet
[fernet_receipts]
key_repository = $D/fernet
[credential]
key_repository = $D/credential
[cache]
enabled = false
CONF
M=(/usr/bin/python3 /usr/bin/keystone-manage --config-file "$D/keystone.conf"); url=http://127.0.0.1:$P/v3
asu "${M[@]}" db_sync >>"$D/log/manage" 2>&1
asu "${M[@]}" fernet_setup --keystone-user "$SERVER_USER" --keystone-group "$(id -gn "$SERVER_USER")" >>"$D/log/manage" 2>&1
asu "${M[@]}" credential_setup --keystone-user "$SERVER_USER" --keystone-group "$(id -gn "$SERVER_USER")" >>"$D/log/manage" 2>&1
asu "${M[@]}" bootstrap --bootstrap-password adminpw --bootstrap-region-id RegionOne --bootstrap-admin-url "$url" --bootstrap-internal-url "$url" --bootstrap-public-url "$url" >>"$D/log/manage" 2>&1
asu /usr/bin/python3 -c "import sqlite3; sqlite3.connect('$D/keystone.db').execute('pragma journal_mode=wal')"
"${AS[@]}" env OS_KEYSTONE_CONFIG_DIR="$D" /usr/bin/python3 /usr/bin/keystone-wsgi-public --host 127.0.0.1 --port "$P" >"$D/log/wsgi" 2>&1 & echo $! > "$D/pid"
wait_for curl -sf "$url"
api() { curl -sf -X "$1" "$url$2" -H "X-Auth-Token: ${tok:-}" -H 'content-type: application/json' ${3:+-d "$3"}; }
pick() { node -p "JSON.parse(require('fs').readFileSync(0))$1"; }
tok=$(curl -sf -D - -o /dev/null "$url/auth/tokens" -H 'content-type: application/json' -d '{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"admin","domain":{"id":"default"},"password":"adminpw"}}},"scope":{"project":{"name":"admin","domain":{"id":"default"}}}}}' | tr -d '\r' | awk 'tolower($1)=="x-subject-token:"{print $2}')
role() { api GET "/roles?name=$1" | pick .roles[0].id; }
member() { # PROJECT USER PASSWORD ROLE
  local p u; p=$(api POST /projects "{\"project\":{\"name\":\"$1\",\"domain_id\":\"default\"}}" | pick .project.id)
  u=$(api POST /users "{\"user\":{\"name\":\"$2\",\"password\":\"$3\",\"domain_id\":\"default\"}}" | pick .user.id)
  api PUT "/projects/$p/users/$u/roles/$(role "$4")"
}
member service swift swiftpw admin; member test tester testing member
svc=$(api POST /services '{"service":{"type":"object-store","name":"swift"}}' | pick .service.id)
api POST /endpoints "{\"endpoint\":{\"interface\":\"public\",\"region_id\":\"RegionOne\",\"service_id\":\"$svc\",\"url\":\"http://127.0.0.1:$S/v1/AUTH_%(tenant_id)s\"}}" >/dev/null

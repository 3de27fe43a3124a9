#!/usr/bin/env bash
# swift-up.sh DIR PORT [PREFIX] - all-in-one OpenStack Swift: Swift API with auth v1 and S3 API on PORT.
# PORT+1..PORT+3 account, container, object server, PORT+4 memcached. Data lie on tmpfs: object
# metadata are extended attributes, of which plain ext4 keeps too few. KEYSTONE=http://host:port/v3
# uses Keystone instead of auth v1 (then no S3 API). PREFIX: unpacked by debprefix.sh.
set -euo pipefail; . "$(dirname "$0")/lib.sh"; D=$1 P=$2 U=${3:-}/usr; DEV=/dev/shm/swift-$P
rm -rf "$D" "$DEV"; mkdir -p "$D"/{etc,run,log} "$DEV/d1"
head() { cat <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $1
swift_dir = $D/etc
workers = 0
log_level = WARNING
log_address = $D/run/none
CONF
}
cat > "$D/etc/swift.conf" <<CONF
[swift-hash]
swift_hash_path_suffix = walg
swift_hash_path_prefix = walg
[storage-policy:0]
name = gold
default = yes
CONF
i=0; for s in account container object; do i=$((i + 1))
{ head $((P + i)); cat <<CONF
devices = $DEV
mount_check = false
disable_fallocate = true
[pipeline:main]
pipeline = $s-server
[app:$s-server]
use = egg:swift#$s
CONF
} > "$D/etc/$s-server.conf"
ring() { "$U/bin/python3" "$U/bin/swift-ring-builder" "$D/etc/$s.builder" "$@" >/dev/null 2>&1 || [ $? = 1 ]; }
ring create 4 1 0; ring add "r1z1-127.0.0.1:$((P + i))/d1" 1; ring rebalance; done
auth='s3api tempauth'; [ -z "${KEYSTONE:-}" ] || auth='authtoken keystoneauth'
{ head "$P"; cat <<CONF
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache bulk tempurl $auth copy slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
node_timeout = 30
error_suppression_interval = 0
error_suppression_limit = 1000
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$((P + 4))
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
check_bucket_owner = false
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
storage_url_scheme = http
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
www_authenticate_uri = ${KEYSTONE:-}
auth_url = ${KEYSTONE:-}
auth_type = password
project_domain_id = default
user_domain_id = default
project_name = service
username = swift
password = swiftpw
delay_auth_decision = True
include_service_catalog = False
memcached_servers = 127.0.0.1:$((P + 4))
[filter:keystoneauth]
use = egg:swift#keystoneauth
operator_roles = admin, member
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
CONF
for f in catch_errors gatekeeper healthcheck bulk tempurl copy slo dlo symlink; do printf '[filter:%s]\nuse = egg:swift#%s\n' $f $f; done
} > "$D/etc/proxy-server.conf"
own "$D" "$DEV"
"${AS[@]}" "$U/bin/memcached" -l 127.0.0.1 -p $((P + 4)) -m 64 -U 0 >/dev/null 2>&1 & echo $! > "$D/run/memcached.pid"
for s in account container object proxy; do
  "${AS[@]}" "$U/bin/python3" "$U/bin/swift-$s-server" "$D/etc/$s-server.conf" -v >"$D/log/$s.log" 2>&1 & echo $! > "$D/run/$s.pid"
done
wait_for curl -sf "http://127.0.0.1:$P/healthcheck"

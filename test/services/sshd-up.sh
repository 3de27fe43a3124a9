#!/usr/bin/env bash
# sshd-up.sh DIR PORT - sshd with SFTP for the user that servers run as; client keys DIR/id (ed25519), DIR/id_rsa (PEM)
set -euo pipefail; . "$(dirname "$0")/lib.sh"; D=$1 P=$2
rm -rf "$D"; mkdir -p "$D"; ssh-keygen -q -t ed25519 -N '' -f "$D/host"; ssh-keygen -q -t ed25519 -N '' -f "$D/id"
ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f "$D/id_rsa"; cat "$D"/id*.pub > "$D/authorized_keys"
cat > "$D/sshd_config" <<CONF
Port $P
ListenAddress 127.0.0.1
HostKey $D/host
PidFile $D/pid
AuthorizedKeysFile $D/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
Subsystem sftp internal-sftp
MaxStartups 100:30:200
CONF
own "$D"; chmod 700 "$D"
asu /usr/sbin/sshd -f "$D/sshd_config" -E "$D/log"
wait_for sh -c "ssh-keyscan -t ed25519 -p $P 127.0.0.1 2>/dev/null | grep -q ed25519"

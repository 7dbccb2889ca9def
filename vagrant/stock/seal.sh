#!/bin/sh
# Makes a machine fit to be packaged, so that every machine of the box is one of its own: what tells it from others goes
# as it is shut down (until then it must let Vagrant in), and comes anew at the next boot. Run as root, last.
set -eu

cat > /etc/systemd/system/wheelhouse-host-keys.service << 'UNIT'
[Unit]
Description=Host keys of this machine
Before=ssh.service
After=ssh-host-keys.service
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=multi-user.target
UNIT
systemctl -q enable wheelhouse-host-keys.service

own='rm -f /etc/ssh/ssh_host_* /var/lib/systemd/random-seed /var/lib/dhcp/* && : > /etc/machine-id'
systemd-run -q --unit wheelhouse-seal --remain-after-exit --property "ExecStop=/bin/sh -c '$own'" true

apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/journal/*
fstrim / 2> /dev/null || true

#!/bin/sh
# Makes an image for clouds a machine for a desktop: cloud-init, which has let Vagrant in, stays out of the way from now
# on, and the first card is Vagrant's own network, as in a box that was built. Run as root, before seal.sh.
#
# Usage: cloud.sh FOLDER: a folder with eth0.network.
set -eu
from=$1

mkdir -p /etc/cloud
touch /etc/cloud/cloud-init.disabled
rm -f /etc/netplan/*.yaml /etc/network/interfaces.d/50-cloud-init /etc/systemd/network/*cloud-init*
install -m 644 "$from/eth0.network" /etc/systemd/network/10-eth0.network
systemctl -q enable systemd-networkd

# Cards are eth0 and eth1, in the order of their slots.
mkdir -p /etc/default/grub.d
echo 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX net.ifnames=0"' > /etc/default/grub.d/90-wheelhouse.cfg
update-grub

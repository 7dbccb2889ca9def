#!/bin/sh
# Turns a stock Debian 13 into a node: containerd with crun, what the pod network needs, Node.js for the agent, and the
# units that run them. The agent itself is not part of it: it comes over the WebSocket. Run as root, in a VM or in the
# chroot of the box builder; what is done already is not done again.
#
# Usage: provision.sh FOLDER: a folder with the files of `vagrant/node/` and `resources/node/`.
set -eu
from=$1
own=/usr/lib/wheelhouse
marker=$own/prepared

version=$(cat "$0" "$from"/* | sha256sum | cut -c 1-12)
if [ "$(cat $marker 2> /dev/null)" = "$version" ]; then
  echo "prepared already ($version)"
  exit 0
fi
[ "$(id -u)" = 0 ] || { echo 'provision.sh: must run as root' >&2; exit 1; }

# A proxy that is there before this runs serves the packages too.
if [ -f /etc/wheelhouse/proxy.env ]; then
  set -a
  . /etc/wheelhouse/proxy.env
  set +a
fi
missing=
for package in $(cat "$from/packages"); do
  dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  # shellcheck disable=SC2086 # a list of packages
  apt-get -qq install -y --no-install-recommends $missing
fi

mkdir -p $own /etc/wheelhouse /usr/local/lib/wheelhouse /usr/local/share/ca-certificates /etc/containerd/certs.d
ln -sfn /usr/local/share/ca-certificates /etc/containerd/certs.d/_default
chmod 700 /etc/wheelhouse
# As on a container node, but for what such a one may not do: lower the score of what must not be killed, and give the
# machine's devices to privileged pods.
sed -e 's/^\( *restrict_oom_score_adj\) = true/\1 = false/' \
  -e 's/^\( *privileged_without_host_devices\) = true/\1 = false/' \
  "$from/containerd.toml" > /etc/containerd/config.toml
sh "$from/make-pause.sh" $own/pause.tar
install -m 755 "$from/network.sh" $own/network.sh

put() { install -D -m 644 "$from/$1" "$2"; }
put sysctl.conf /etc/sysctl.d/90-wheelhouse.conf
put system.conf /etc/systemd/system.conf.d/wheelhouse.conf
put networkd.conf /etc/systemd/networkd.conf.d/wheelhouse.conf
put containerd.conf /etc/systemd/system/containerd.service.d/wheelhouse.conf
for unit in wheelhouse.service wheelhouse.path wheelhouse-pause.service wheelhouse-host.path wheelhouse-host.service \
  wheelhouse-network.service var-lib-cni.mount; do
  put $unit /etc/systemd/system/$unit
done
# Pods ask the servers that the machine itself asks, not a stub on its loopback.
[ ! -e /lib/systemd/system/systemd-resolved.service ] ||
  ln -sf /run/systemd/resolve/resolv.conf /etc/resolv.conf

units='var-lib-cni.mount containerd.service wheelhouse.service wheelhouse.path wheelhouse-pause.service wheelhouse-host.path
  wheelhouse-network.service'
# shellcheck disable=SC2086 # a list of units
systemctl -q enable $units
if [ -d /run/systemd/system ]; then
  sysctl -q -p /etc/sysctl.d/90-wheelhouse.conf
  systemctl daemon-reload
  systemctl restart containerd.service
  # shellcheck disable=SC2086
  systemctl start $units
fi
echo "$version" > $marker
echo "prepared ($version)"

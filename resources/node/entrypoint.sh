#!/bin/sh
# What a container node does as it starts: makes the cgroups its own, then keeps two processes running,
# containerd and the bootstrap (which becomes the agent). Pods outlive a restart of either. Crash-only: stopping the
# machine ends this script, and the kernel ends the rest.
set -u
trap 'exit 0' TERM INT

if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  # cgroup v2: only a group without processes may hand controllers on to its children.
  mount -o remount,bind,rw /sys/fs/cgroup
  mkdir -p /sys/fs/cgroup/node
  while read -r pid; do echo "$pid" > /sys/fs/cgroup/node/cgroup.procs; done < /sys/fs/cgroup/cgroup.procs
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control
  done
else
  while read -r _ point type _; do
    [ "$type" = cgroup ] && mount -o remount,bind,rw "$point"
  done < /proc/mounts
fi
# A pod with users of its own (hostUsers: false) may have a /proc and a /sys only where its node has ones that nothing lies
# on, which is the kernel's rule and not so with those of a container. These are for nobody to see: a cover lies on them.
kernel=/run/wheelhouse-kernel
mkdir -p $kernel
mount -t tmpfs -o size=4k,mode=700 none $kernel
mkdir $kernel/proc $kernel/sys
mount -t proc -o nosuid,nodev,noexec proc $kernel/proc
mount -t sysfs -o nosuid,nodev,noexec,ro sysfs $kernel/sys
mount -t tmpfs -o ro,size=4k,mode=000 none $kernel
# A volume that a pod mounts with Bidirectional propagation must reach the node.
mount --make-rshared /
echo 1 > /proc/sys/net/ipv4/ip_forward
[ -s /etc/machine-id ] || tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id

# The desktop's proxies, where it has any: containerd pulls through them. They may change: the agent then ends containerd,
# which starts here with the new ones.
proxy=/etc/wheelhouse/proxy.env
while :; do
  (
    set -a
    [ -f "$proxy" ] && . "$proxy"
    exec sh -c 'echo $$ > /run/wheelhouse-containerd.pid; exec containerd --log-level warn'
  )
  sleep 1
done &

# The image of the pods' sandboxes, once: it stays on the machine's disk.
until [ -n "$(ctr -n k8s.io images list -q name==wheelhouse.local/pause:1 2> /dev/null)" ] ||
  ctr -n k8s.io images import /usr/lib/wheelhouse/pause.tar > /dev/null 2>&1; do
  sleep 0.1
done &

while :; do
  node /usr/local/lib/wheelhouse/bootstrap.mjs &
  wait $!
  # 75: it asks to be renewed. Anything else is a failure, which a pause keeps from going round in circles.
  [ $? -eq 75 ] || sleep 1
done

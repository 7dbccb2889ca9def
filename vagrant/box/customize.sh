#!/bin/sh
# Makes a Debian 13 that mmdebstrap unpacked bootable and reachable by Vagrant; then, unless it shall stay stock, a
# node by provision.sh. Runs in its chroot, FOLDER is that of its own files: `vagrant/box/`, Vagrant's public key, and
# in `node/` what provision.sh wants.
#
# Usage: customize.sh FOLDER [stock]
set -eu
from=$1

# The user that Vagrant logs in as, by its well-known key; the password is for the console alone.
useradd -m -s /bin/bash vagrant
echo vagrant:vagrant | chpasswd
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/vagrant
chmod 440 /etc/sudoers.d/vagrant
install -d -m 700 -o vagrant -g vagrant /home/vagrant/.ssh
install -m 600 -o vagrant -g vagrant "$from/vagrant.pub" /home/vagrant/.ssh/authorized_keys
printf 'PasswordAuthentication no\nUseDNS no\n' > /etc/ssh/sshd_config.d/vagrant.conf
rm -f /etc/ssh/ssh_host_*

# Every VM is one of its own: machine id and host keys are made at its first boot.
: > /etc/machine-id
install -m 644 "$from/ssh-host-keys.service" /etc/systemd/system/ssh-host-keys.service
echo debian > /etc/hostname
printf '127.0.0.1 localhost\n127.0.1.1 debian\n' > /etc/hosts

# eth0 is Vagrant's own network at every provider; the others are configured by Vagrant.
install -m 644 "$from/eth0.network" /etc/systemd/network/10-eth0.network

echo 'LABEL=root / ext4 noatime,noinit_itable,errors=remount-ro 0 0' > /etc/fstab
install -D -m 644 "$from/grub.cfg" /boot/grub/grub.cfg
# ARM's serial port is of another kind.
[ "$(dpkg --print-architecture)" != arm64 ] || sed -i 's/ttyS0/ttyAMA0/' /boot/grub/grub.cfg
install -m 755 "$from/initramfs-hook" /etc/initramfs-tools/hooks/wheelhouse
printf 'MODULES=list\nCOMPRESS=zstd\nCOMPRESSLEVEL=1\n' > /etc/initramfs-tools/conf.d/wheelhouse
# mmdebstrap's packages were told to make none, as their settings were not there yet.
unset INITRD
for kernel in /lib/modules/*; do
  kernel=${kernel##*/}
  update-initramfs -c -k "$kernel"
  linux-update-symlinks install "$kernel" "/boot/vmlinuz-$kernel"
done
[ -e /vmlinuz ] && [ -e /initrd.img ]

systemctl -q enable systemd-networkd ssh ssh-host-keys
# A machine for one purpose, made anew rather than kept: no housekeeping while pods run, no waiting at boot for networks
# that Vagrant configures only afterwards, nothing for hardware that a VM has not. A processor that is emulated boots in
# two thirds of the time; a real one hardly notices.
systemctl -q mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
  fstrim.timer systemd-networkd-wait-online.service systemd-networkd-persistent-storage.service \
  systemd-network-generator.service systemd-udev-load-credentials.service systemd-sysext.socket systemd-pstore.service \
  kmod-static-nodes.service modprobe@configfs.service modprobe@drm.service modprobe@efi_pstore.service \
  modprobe@fuse.service dev-hugepages.mount dev-mqueue.mount sys-kernel-config.mount sys-kernel-debug.mount tmp.mount
mkdir -p /etc/systemd/system-generators
for name in debug gpt-auto hibernate-resume rc-local run ssh sysv tpm2; do
  ln -sf /dev/null /etc/systemd/system-generators/systemd-$name-generator
done

[ "${2:-}" = stock ] || sh "$from/provision.sh" "$from/node"

# Nothing of what a boot after an upgrade does anew (linker cache, message catalogue) is left to the first one.
touch /etc/.updated /var/.updated

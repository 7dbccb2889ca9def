#!/bin/sh
# Writes the sample's image to $1 in the format of `docker save`, from this machine's own busybox and C library: for
# tests of machines that need no Docker Engine. As resources/sample/image/Dockerfile has it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p image/bin image/etc image/tmp image/lib64 image/root
cp /bin/busybox image/bin/
for applet in $(/bin/busybox --list); do
  [ "$applet" = busybox ] || ln -s busybox "image/bin/$applet"
done
cp --parents -L /lib*/*-linux-gnu/libc.so.6 /lib*/*-linux-gnu/libresolv.so.2 /lib*/*-linux-gnu/libnss_*.so.2 image/
for loader in /lib64/ld-linux-* /lib/ld-linux-*; do
  if [ -e "$loader" ]; then cp --parents -L "$loader" image/; fi
done
echo 'root:x:0:0:root:/root:/bin/sh' > image/etc/passwd
chmod 1777 image/tmp
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C image -cf layer.tar .
digest=$(sha256sum layer.tar | cut -d ' ' -f 1)
cat > config.json <<X
{"architecture":"$(dpkg --print-architecture)","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":["sha256:$digest"]}}
X
echo '[{"Config":"config.json","RepoTags":["wheelhouse.local/sample:1"],"Layers":["layer.tar"]}]' > manifest.json
tar -cf "$1" manifest.json config.json layer.tar

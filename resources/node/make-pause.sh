#!/bin/sh
# Writes the image of every pod's sandbox to $1, in the format of `docker save`: one static binary that sleeps and
# reaps what a shared process namespace leaves behind (catatonit's pause mode).
set -eu
work=$(mktemp -d)
cd "$work"
mkdir root
cp /usr/bin/catatonit root/pause
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C root -cf layer.tar pause
digest=$(sha256sum layer.tar | cut -d ' ' -f 1)
arch=$(dpkg --print-architecture)
cat > config.json <<X
{"architecture":"$arch","os":"linux","config":{"Entrypoint":["/pause","-P"]},"rootfs":{"type":"layers","diff_ids":["sha256:$digest"]}}
X
echo '[{"Config":"config.json","RepoTags":["wheelhouse.local/pause:1"],"Layers":["layer.tar"]}]' > manifest.json
tar -cf "$1" manifest.json config.json layer.tar
rm -rf "$work"

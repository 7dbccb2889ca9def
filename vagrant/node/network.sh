#!/bin/sh
# Gives the network card MAC the address ADDRESS and no other, as /etc/wheelhouse/network says.
set -eu
. /etc/wheelhouse/network
# Cards are found by the kernel in its own time: there is no event that a shell could wait for.
tries=0
until card=$(grep -lx "$MAC" /sys/class/net/*/address | head -n 1) && [ -n "$card" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 600 ] || exit 1
  sleep 0.1
done
card=$(basename "$(dirname "$card")")
ip link set "$card" up
ip -4 address flush dev "$card" scope global
ip address add "$ADDRESS" broadcast + dev "$card"

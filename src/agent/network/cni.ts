/** Where containerd looks for its network; see resources/node/containerd.toml. */
export const CNI_CONFIG_FILE = '/etc/cni/net.d/10-wheelhouse.conflist';

export const BRIDGE = 'cni0';

/**
 * Pods on a bridge with addresses of the node's own range. Leases are on a tmpfs: a restarted machine has no pods and
 * so no leases. Nothing is masqueraded here, so that pods see each other's real addresses on every node. `mtu` in
 * bytes where it is not the kernel's default.
 */
export function cniConfig(podCIDR: string, mtu?: number): string {
  const config = {
    cniVersion: '0.4.0',
    name: 'wheelhouse',
    plugins: [
      {
        type: 'bridge',
        bridge: BRIDGE,
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ...(mtu === undefined ? {} : { mtu }),
        ipam: {
          type: 'host-local',
          dataDir: '/run/cni-ipam',
          ranges: [[{ subnet: podCIDR }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

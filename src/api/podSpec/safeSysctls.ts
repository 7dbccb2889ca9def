/** Settings of the kernel that are a pod's own, by the minor version of Kubernetes since which they count as safe. */
const SAFE_SINCE: readonly (readonly [minor: number, name: string])[] = [
  [0, 'kernel.shm_rmid_forced'],
  [0, 'net.ipv4.ip_local_port_range'],
  [0, 'net.ipv4.tcp_syncookies'],
  [0, 'net.ipv4.ping_group_range'],
  [0, 'net.ipv4.ip_unprivileged_port_start'],
  [27, 'net.ipv4.ip_local_reserved_ports'],
  [29, 'net.ipv4.tcp_keepalive_time'],
  [29, 'net.ipv4.tcp_fin_timeout'],
  [29, 'net.ipv4.tcp_keepalive_intvl'],
  [29, 'net.ipv4.tcp_keepalive_probes'],
  [32, 'net.ipv4.tcp_rmem'],
  [32, 'net.ipv4.tcp_wmem'],
];

/** Those that pods may set without anybody's leave (kubelet `sysctl/safe_sysctls.go`). */
export function safeSysctls(minor = Infinity): ReadonlySet<string> {
  return new Set(SAFE_SINCE.flatMap(([since, name]) => (since <= minor ? [name] : [])));
}

import { safeSysctls } from '../../api/podSpec/safeSysctls.ts';
import type { PodAdmitHandler } from './contract.ts';

const SAFE = safeSysctls();

/** No node is told to allow others (kubelet `sysctl/allowlist.go`). */
export const admitSysctls: PodAdmitHandler = ({ spec }) => {
  for (const { name } of spec.securityContext?.sysctls ?? []) {
    const why = objection(withDots(name), spec.hostNetwork === true, spec.hostIPC === true);
    if (why !== undefined) return { reason: 'SysctlForbidden', message: `forbidden sysctl: ${why}` };
  }
  return undefined;
};

function objection(name: string, hostNetwork: boolean, hostIpc: boolean): string | undefined {
  const shown = JSON.stringify(name);
  if (!SAFE.has(name)) return `${shown} not allowlisted`;
  if (hostNetwork && name.startsWith('net.')) return `${shown} not allowed with host net enabled`;
  if (hostIpc && name.startsWith('kernel.')) return `${shown} not allowed with host ipc enabled`;
  return undefined;
}

/** `net/ipv4/x` and `net.ipv4.x` are one; what stands first says which sign separates. */
function withDots(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  if (first !== '/') return name;
  return name.replaceAll(/[./]/g, (sign) => (sign === '/' ? '.' : '/'));
}

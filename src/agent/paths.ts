import { NODE_LOCAL_ROOT } from '../api/nodeLocalVolumes.ts';

/** Where the agent keeps things on its node. */
export interface AgentPaths {
  /** `/var/lib/kubelet` */
  readonly kubelet: string;
  /** `/var/log/pods` */
  readonly logs: string;
  /** On a tmpfs: what must never reach a disk (Secrets, tokens). `/run/wheelhouse/volumes` */
  readonly volatile: string;
  /** Volumes of the node-local provisioner, which outlive pods. `/var/lib/wheelhouse/volumes` */
  readonly localVolumes: string;
  /** `/etc/resolv.conf` */
  readonly resolvConf: string;
  /** `/etc/hosts` */
  readonly hosts: string;
}

/** The paths of a real node, or of one below another root. */
export function agentPathsAt(root = ''): AgentPaths {
  return {
    kubelet: `${root}/var/lib/kubelet`,
    logs: `${root}/var/log/pods`,
    volatile: `${root}/run/wheelhouse/volumes`,
    localVolumes: `${root}${NODE_LOCAL_ROOT}`,
    resolvConf: '/etc/resolv.conf',
    hosts: '/etc/hosts',
  };
}

export const podDirectory = (paths: Pick<AgentPaths, 'kubelet'>, uid: string): string =>
  `${paths.kubelet}/pods/${uid}`;

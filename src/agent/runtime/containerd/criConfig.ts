import type { ContainerConfig, Mount, SandboxConfig, SecurityProfile } from '../contract.ts';

/** Namespace modes of CRI. */
const POD = 0;
const CONTAINER = 1;
const NODE = 2;
const TARGET = 3;
const PROPAGATION: Readonly<Record<Mount['propagation'], number>> = {
  private: 0,
  hostToContainer: 1,
  bidirectional: 2,
};
const PROFILE_TYPE: Readonly<Record<SecurityProfile['type'], number>> = {
  runtimeDefault: 0,
  unconfined: 1,
  localhost: 2,
};

function namespaces(config: SandboxConfig): object {
  return {
    network: config.hostNetwork ? NODE : POD,
    pid: config.hostPid ? NODE : config.shareProcesses ? POD : CONTAINER,
    ipc: config.hostIpc ? NODE : POD,
    ...userNamespace(config.users),
  };
}

/** Missing, the node's: what CRI calls the mode of a pod is 0, which a message without it would say too. */
function userNamespace(users: SandboxConfig['users']): object {
  if (users === undefined) return {};
  const mapping = [{ hostId: users.hostId, containerId: 0, length: users.length }];
  return { users: { mode: POD, uids: mapping, gids: mapping } };
}

const profile = (wanted: SecurityProfile): object => ({
  type: PROFILE_TYPE[wanted.type],
  localhostRef: wanted.type === 'localhost' ? wanted.ref : '',
});

const int64 = (value: number | undefined): object | undefined =>
  value === undefined ? undefined : { value };

export function criSandboxConfig(config: SandboxConfig): object {
  return {
    metadata: {
      name: config.name,
      uid: config.uid,
      namespace: config.namespace,
      attempt: config.attempt,
    },
    // containerd refuses a hostname where the host's network is used.
    hostname: config.hostNetwork ? '' : config.hostname,
    logDirectory: config.logDirectory,
    ...(config.dns === undefined ? {} : { dns: config.dns }),
    labels: config.labels,
    annotations: config.annotations,
    linux: {
      cgroupParent: config.cgroupParent,
      sysctls: config.sysctls,
      security: {
        namespaces: namespaces(config),
        privileged: config.security.privileged,
        runAsUser: int64(config.security.runAsUser),
        runAsGroup: int64(config.security.runAsGroup),
        supplementalGroups: config.security.supplementalGroups,
        ...(config.security.selinux === undefined ? {} : { selinux: config.security.selinux }),
        // The least for the sandbox's own process, so that what the pod's containers have is theirs alone to say.
        seccomp: profile({ type: 'runtimeDefault' }),
      },
    },
  };
}

/** `unified`: files of cgroup v2 and what is written into them. */
export function criResources(
  resources: ContainerConfig['resources'],
  unified: Readonly<Record<string, string>>,
): object {
  return {
    cpuShares: resources.cpuShares ?? 0,
    cpuQuota: resources.cpuQuota ?? 0,
    cpuPeriod: resources.cpuPeriod ?? 0,
    memoryLimit: resources.memoryBytes ?? 0,
    oomScoreAdj: resources.oomScoreAdj,
    unified,
  };
}

/** `unified`: files of cgroup v2 and what is written into them. */
export function criContainerConfig(
  config: ContainerConfig,
  sandbox: SandboxConfig,
  unified: Readonly<Record<string, string>> = {},
): object {
  return {
    metadata: { name: config.name, attempt: config.attempt },
    image: { image: config.image },
    command: config.command,
    args: config.args,
    workingDir: config.workingDir,
    envs: config.env.map(({ name, value }) => ({ key: name, value })),
    mounts: config.mounts.map((mount) => ({
      containerPath: mount.containerPath,
      hostPath: mount.hostPath,
      readonly: mount.readOnly,
      propagation: PROPAGATION[mount.propagation],
    })),
    devices: config.devices ?? [],
    labels: config.labels,
    annotations: config.annotations,
    logPath: config.logPath,
    stdin: config.stdin,
    stdinOnce: config.stdinOnce,
    tty: config.tty,
    linux: {
      resources: criResources(config.resources, unified),
      security: criSecurity(config, sandbox),
    },
  };
}

function criSecurity({ security, sharesProcessesOf }: ContainerConfig, sandbox: SandboxConfig): object {
  return {
    capabilities: { add: security.addCapabilities, drop: security.dropCapabilities },
    privileged: security.privileged,
    namespaces: {
      ...namespaces(sandbox),
      ...(sharesProcessesOf === undefined ? {} : { pid: TARGET, targetId: sharesProcessesOf }),
    },
    runAsUser: int64(security.runAsUser),
    runAsUsername: security.runAsUserName ?? '',
    runAsGroup: int64(security.runAsGroup),
    supplementalGroups: security.supplementalGroups,
    readonlyRootfs: security.readOnlyRootFilesystem,
    noNewPrivs: security.noNewPrivileges,
    ...(security.selinux === undefined ? {} : { selinux: security.selinux }),
    maskedPaths: security.maskedPaths,
    readonlyPaths: security.readonlyPaths,
    seccomp: profile(security.seccomp),
  };
}

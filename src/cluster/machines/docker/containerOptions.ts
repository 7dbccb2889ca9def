import type { ContainerCreateOptions } from 'dockerode';
import type { MachineSpec } from '../contract.ts';
import { clusterLabels, containerName, networkName, NODE_LABEL } from './labels.ts';

const LOOPBACK = '127.0.0.1';

/**
 * What a node needs of its container: its own view of cgroups, mounts and network with the right to change them. Less
 * than `--privileged`, and it works where the engine itself lacks CAP_SYS_RESOURCE.
 */
export function containerOptions(
  spec: MachineSpec,
  image: string,
): ContainerCreateOptions & { name: string } {
  const { cluster, name, cpus, memoryBytes, ports = [] } = spec;
  const hostConfig = {
    CapAdd: ['ALL'],
    CapDrop: ['SYS_RESOURCE'],
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
    MaskedPaths: [],
    ReadonlyPaths: [],
    DeviceCgroupRules: ['a *:* rwm'],
    CgroupnsMode: 'private',
    Tmpfs: { '/run': 'mode=755,exec', '/tmp': '' },
    NetworkMode: networkName(cluster),
    PortBindings: Object.fromEntries(
      ports.map(({ node, host }) => [
        `${node}/tcp`,
        [{ HostIp: LOOPBACK, HostPort: host === 0 ? '' : String(host) }],
      ]),
    ),
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    ...(memoryBytes === undefined ? {} : { Memory: memoryBytes }),
  };
  return {
    name: containerName(cluster, name),
    Hostname: name,
    Image: image,
    Labels: { ...clusterLabels(cluster), [NODE_LABEL]: name },
    // containerd's snapshots cannot lie on the engine's own overlay: an anonymous volume, which goes with the container.
    Volumes: { '/var/lib/containerd': {} },
    ExposedPorts: Object.fromEntries(ports.map(({ node }) => [`${node}/tcp`, {}])),
    HostConfig: hostConfig,
    NetworkingConfig: { EndpointsConfig: { [networkName(cluster)]: { Aliases: [name] } } },
  };
}

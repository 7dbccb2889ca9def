import type { ContainerCreateOptions } from 'dockerode';
import { NODE_LOCAL_ROOT } from '../../../api/nodeLocalVolumes.ts';
import type { MachineSpec } from '../contract.ts';
import { clusterLabels, containerName, networkName, NODE_LABEL } from './labels.ts';
import { NODE_CAPABILITIES, READ_ONLY_PATHS, seccompProfile } from './nodeRights.ts';

const LOOPBACK = '127.0.0.1';
/** What is on them is memory: of Secrets, sockets and state in /run, of nobody in particular in /tmp. */
const TMPFS = { '/run': 'mode=755,exec,size=256m', '/tmp': 'size=256m' };

/** The facts about an engine that decide how a node's container is made. */
export interface EngineFacts {
  /** Its kernel and itself can filter system calls. */
  readonly hasSeccomp: boolean;
}

/**
 * What a node needs of its container: its own view of cgroups, mounts and network with the right to change them. Less
 * than `--privileged`: nodeRights.ts says what is left out.
 */
export function containerOptions(
  spec: MachineSpec,
  image: string,
  engine: EngineFacts,
): ContainerCreateOptions & { name: string } {
  const { cluster, name, cpus, memoryBytes, ports = [] } = spec;
  const hostConfig = {
    CapDrop: ['ALL'],
    CapAdd: [...NODE_CAPABILITIES],
    SecurityOpt: [
      `seccomp=${engine.hasSeccomp ? JSON.stringify(seccompProfile()) : 'unconfined'}`,
      // The engine's own profile denies every mount.
      'apparmor=unconfined',
    ],
    // The engine's own MaskedPaths are kept.
    ReadonlyPaths: [...READ_ONLY_PATHS],
    CgroupnsMode: 'private',
    Tmpfs: TMPFS,
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
    // containerd's snapshots cannot lie on the engine's own overlay, nor can what pods with users of their own are to write
    // to: anonymous volumes, which go with the container.
    Volumes: { '/var/lib/containerd': {}, [NODE_LOCAL_ROOT]: {} },
    ExposedPorts: Object.fromEntries(ports.map(({ node }) => [`${node}/tcp`, {}])),
    HostConfig: hostConfig,
    NetworkingConfig: { EndpointsConfig: { [networkName(cluster)]: { Aliases: [name] } } },
  };
}

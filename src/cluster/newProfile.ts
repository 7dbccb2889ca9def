import { freePort } from '../host/ports.ts';
import type { MachineSettings } from './machines/contract.ts';
import { sizedNode, type NodeSize } from './nodeSize.ts';
import {
  DEFAULT_CLUSTER_CIDR,
  DEFAULT_SERVICE_CIDR,
  newNodeNames,
  type ClusterProfile,
  type MachinesKind,
  type NodeProfile,
  type PodNetworkKind,
} from './profile.ts';

/** What the user says about a cluster that is to be made. */
export interface CreateOptions {
  readonly name: string;
  readonly machines: MachinesKind;
  readonly nodes: number | readonly NodeProfile[];
  /** The size of each node that has no size of its own. */
  readonly size?: NodeSize;
  readonly settings?: MachineSettings;
  readonly podNetwork?: PodNetworkKind;
  /** 0 or missing for any free one. */
  readonly port?: number;
  /** Keeps what is there when it fails, to look at. */
  readonly retain?: boolean;
}

/** The cluster as it is to be, with everything decided that was left open. Rejects sizes that no machine can have. */
export async function newProfile(options: CreateOptions, hostCpus: number): Promise<ClusterProfile> {
  const { name, machines, settings, podNetwork, size = {}, port = 0 } = options;
  const nodes =
    typeof options.nodes === 'number'
      ? newNodeNames(name, options.nodes, []).map((node) => ({ name: node }))
      : options.nodes;
  return {
    name,
    machines,
    nodes: nodes.map((node) => sizedNode({ ...size, ...node }, machines, hostCpus)),
    port: port === 0 ? await freePort() : port,
    nodeAddresses: [],
    clusterCIDR: DEFAULT_CLUSTER_CIDR,
    serviceCIDR: DEFAULT_SERVICE_CIDR,
    ...(settings === undefined ? {} : { settings }),
    ...(podNetwork === undefined ? {} : { podNetwork }),
  };
}

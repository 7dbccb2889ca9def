import { writeFile } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { InformerFactory } from '../../client/informers.ts';
import { readText, writeWhole } from '../../host/files.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import type { ClusterSettings } from '../../protocol/agentLink.ts';
import { createHostPorts } from './hostPorts.ts';
import { NftTable } from './nftables/table.ts';
import { createPodNetwork, type NetworkFiles } from './podNetwork.ts';
import { createServiceProxy } from './serviceProxy/serviceProxy.ts';

export interface NodeNetworkOptions {
  readonly nodeName: string;
  /** Its informers are asked for in this call: the owner of the factory starts it afterwards. */
  readonly informers: InformerFactory;
  readonly cluster: ClusterSettings;
  readonly run: ProcessRunner;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files?: NetworkFiles;
}

export interface NodeNetwork {
  /** Works until the signal aborts. What it has set up stays: pods keep their network while the agent is away. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when the rules of everything known so far are in the kernel. */
  settled(): Promise<void>;
}

/** The pod network, the services and the host ports of one node. */
export function createNodeNetwork(options: NodeNetworkOptions): NodeNetwork {
  const { files = systemFiles } = options;
  const table = new NftTable(options);
  const parts = [
    table,
    createPodNetwork({ ...options, files, table }),
    createServiceProxy({ ...options, table }),
    createHostPorts({ ...options, table }),
  ];
  return {
    run: async (signal) => {
      await Promise.all(parts.map((part) => part.run(signal)));
    },
    settled: () => table.settled(),
  };
}

const systemFiles: NetworkFiles = {
  readText,
  writeWhole: (file, content) => writeWhole(file, content),
  writeSwitch: (file, content) => writeFile(file, content, { flag: 'r+' }),
};

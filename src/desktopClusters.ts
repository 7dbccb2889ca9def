import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from './base/clock.ts';
import type { Logger } from './base/logger.ts';
import { Clusters } from './cluster/clusters.ts';
import type { ControlPlaneLauncher } from './cluster/contract.ts';
import { type ProxySettings, readSystemEnvironment } from './host/systemEnvironment.ts';
import { machineProviders } from './machineProviders.ts';
import { openNodeAdmin } from './nodes/nodeAdmin.ts';
import { restoreStore, saveStore, storeRevision } from './storage/index.ts';

/** The clusters of this desktop as the extension, the command line and tests wire them alike. */
export function desktopClusters(options: {
  /** Where clusters are kept. */
  readonly home: string;
  /** The folder `resources` of the extension. */
  readonly resources: string;
  /** Where the bundles are. */
  readonly dist: string;
  readonly launcher: ControlPlaneLauncher;
  /** Where the editor is, in which this runs. */
  readonly appRoot?: string;
  /** How the program that this runs in is set to reach the world; asked when machines are made. */
  readonly proxySettings?: () => ProxySettings;
  readonly clock: Clock;
  readonly logger: Logger;
}): Clusters {
  const { home, resources, dist, launcher, appRoot, proxySettings, clock, logger } = options;
  return new Clusters({
    home,
    providers: machineProviders({ resources, home, ...(appRoot === undefined ? {} : { appRoot }) }),
    launcher,
    nodeAdmin: async (paths) => openNodeAdmin(await readFile(paths.kubeconfig, 'utf8'), clock),
    store: {
      revision: storeRevision,
      save: saveStore,
      restore: (copy, to) => restoreStore(copy, to, clock),
    },
    hostCpus: os.availableParallelism(),
    clock,
    logger,
    environment: () => Promise.resolve(readSystemEnvironment(process.env, proxySettings?.())),
    bootstrap: () => readFile(path.join(dist, 'bootstrap.mjs'), 'utf8'),
  });
}

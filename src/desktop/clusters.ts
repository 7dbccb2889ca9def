import os from 'node:os';
import path from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { Clusters } from '../cluster/clusters.ts';
import type { ControlPlaneLauncher, NodeAdmin, StoreFiles } from '../cluster/contract.ts';
import { type ProxySettings, readSystemEnvironment } from '../host/systemEnvironment.ts';
import { readText } from '../host/files.ts';
import { machineProviders } from './machineProviders.ts';

/** The clusters of this desktop as the extension, the command line and tests wire them alike. */
export function desktopClusters(options: {
  /** Where clusters are kept. */
  readonly home: string;
  /** The folder `resources` of the extension. */
  readonly resources: string;
  /** Where the bundles are. */
  readonly dist: string;
  readonly launcher: ControlPlaneLauncher;
  /** A cluster's nodes as its API tells of them, to who has the kubeconfig. */
  readonly openNodeAdmin: (kubeconfig: string, clock: Clock) => NodeAdmin;
  readonly store: StoreFiles;
  /** Where the editor is, in which this runs. */
  readonly appRoot?: string;
  /** How the program that this runs in is set to reach the world; asked when machines are made. */
  readonly proxySettings?: () => ProxySettings;
  /** The Debian archive that a setting names; empty for the one that is usual here. */
  readonly debianMirror?: () => string;
  /** A mirror of Debian's images for clouds that a setting names; empty for Debian's own. */
  readonly imageMirror?: () => string;
  readonly clock: Clock;
  readonly logger: Logger;
}): Clusters {
  const { home, resources, dist, launcher, appRoot, proxySettings, debianMirror, clock, logger, store } =
    options;
  return new Clusters({
    home,
    providers: machineProviders({
      resources,
      home,
      ...(appRoot === undefined ? {} : { appRoot }),
      ...(debianMirror === undefined ? {} : { debianMirror }),
      ...(options.imageMirror === undefined ? {} : { imageMirror: options.imageMirror }),
    }),
    launcher,
    nodeAdmin: async (paths) => options.openNodeAdmin(await textOf(paths.kubeconfig), clock),
    store,
    hostCpus: os.availableParallelism(),
    clock,
    logger,
    environment: () => Promise.resolve(readSystemEnvironment(process.env, proxySettings?.())),
    bootstrap: () => textOf(path.join(dist, 'bootstrap.mjs')),
  });
}

async function textOf(file: string): Promise<string> {
  const text = await readText(file);
  if (text === undefined) throw new Error(`${file} is missing`);
  return text;
}

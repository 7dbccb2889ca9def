import path from 'node:path';
import { systemClock } from './base/clock.ts';
import type { Logger } from './base/logger.ts';
import { freePort } from './host/ports.ts';
import { clusterPaths } from './cluster/paths.ts';
import {
  type AuditSettings,
  DEFAULT_CLUSTER_CIDR,
  DEFAULT_SERVICE_CIDR,
  readProfile,
  writeProfile,
} from './cluster/profile.ts';
import { startControlPlane } from './controlPlane.ts';
import { storeFiles } from './storage/index.ts';

export interface ServeOptions {
  /** The folder of its data. */
  readonly data: string;
  /** The port of the API server on loopback. 0: the last one that it had, or any free one. */
  readonly port: number;
  readonly simulatedNodes: number;
  /** Write down which requests, as a Policy of audit.k8s.io/v1 says. */
  readonly auditPolicy?: string;
  /** Where to; default `audit.log` in the folder of its data. */
  readonly auditLog?: string;
  /** Go on with what is whole of a damaged store. */
  readonly recover?: boolean;
  /** Write the objects that are whole to this new file, and end. */
  readonly export?: string;
}

/** A control plane alone, in the foreground, until the signal aborts. */
export async function serve(
  options: ServeOptions,
  host: { readonly print: (line: string) => void; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> {
  const paths = clusterPaths(path.resolve(options.data));
  const files = storeFiles(systemClock);
  if (options.export !== undefined) {
    const { objects, damaged } = await files.export(paths.store, path.resolve(options.export));
    host.print(`exported ${objects} objects to ${options.export}`);
    for (const key of damaged) host.print(`damaged ${key}`);
    return;
  }
  if (options.recover === true) {
    const recovery = await files.recover(paths.store);
    if (recovery !== undefined) host.print(`recovered, the damaged store is kept as ${recovery.kept}`);
    for (const key of recovery?.damaged ?? []) host.print(`damaged ${key}`);
  }
  const known = await readProfile(paths.profile);
  const port = options.port === 0 ? (known?.port ?? (await freePort())) : options.port;
  const profile = {
    ...(known ?? {
      name: 'serve',
      machines: 'simulated' as const,
      nodeAddresses: [],
      nodes: [],
      clusterCIDR: DEFAULT_CLUSTER_CIDR,
      serviceCIDR: DEFAULT_SERVICE_CIDR,
    }),
    port,
    ...(options.auditPolicy === undefined
      ? {}
      : { audit: auditSettings(options.auditPolicy, options.auditLog) }),
  };
  await writeProfile(paths.profile, profile);
  const controlPlane = await startControlPlane({
    profile,
    paths,
    owner: 'process',
    simulatedNodes: options.simulatedNodes,
    logger: host.logger,
  });
  host.print(`ready ${controlPlane.server} kubeconfig=${paths.kubeconfig}`);
  const stop = (): void => void controlPlane.stop();
  host.signal.addEventListener('abort', stop);
  if (host.signal.aborted) stop();
  const failure = await controlPlane.stopped;
  if (failure !== undefined) throw failure;
}

function auditSettings(policyFile: string, logFile: string | undefined): AuditSettings {
  return {
    policyFile: path.resolve(policyFile),
    ...(logFile === undefined ? {} : { logFile: path.resolve(logFile) }),
  };
}

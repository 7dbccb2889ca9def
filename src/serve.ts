import path from 'node:path';
import type { Logger } from './base/logger.ts';
import { freePort } from './host/ports.ts';
import { clusterPaths } from './cluster/paths.ts';
import { DEFAULT_CLUSTER_CIDR, DEFAULT_SERVICE_CIDR, readProfile, writeProfile } from './cluster/profile.ts';
import { startControlPlane } from './controlPlane.ts';

export interface ServeOptions {
  /** The folder of its data. */
  readonly data: string;
  /** Of the API server on loopback; 0 for the one that it had, or any free one. */
  readonly port: number;
  readonly simulatedNodes: number;
}

/** A control plane alone, in the foreground, until the signal aborts. */
export async function serve(
  options: ServeOptions,
  host: { readonly print: (line: string) => void; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> {
  const paths = clusterPaths(path.resolve(options.data));
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
  await controlPlane.stopped;
}

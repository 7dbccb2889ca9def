import path from 'node:path';
import { readText } from '../../host/files.ts';
import type { BootstrapConfig } from '../../protocol/agentLink.ts';
import type { ActionContext } from '../actions/action.ts';
import { ClusterError } from '../errors.ts';
import type { NodeProfile } from '../profile.ts';
import type { MachineSpec } from './contract.ts';
import { machineFiles, readHostFiles } from './hostEnvironment.ts';
import { nodeSettings } from './nodeSettings.ts';

export type BootstrapFile = MachineSpec['files'][number];

/** Where a machine finds its bootstrap. The node image's entry point runs it. */
export const BOOTSTRAP_SCRIPT = '/usr/local/lib/wheelhouse/bootstrap.mjs';
export const BOOTSTRAP_CONFIG = '/etc/wheelhouse/bootstrap.json';

/**
 * The files that make a machine a node: the parts of the desktop's environment that it needs, the bootstrap, and last
 * the bootstrap's configuration, which holds the one-time token and is readable by root alone.
 */
export async function bootstrapFiles(
  context: Pick<ActionContext, 'profile' | 'paths' | 'bootstrap'>,
  node: NodeProfile,
  token: string,
): Promise<readonly BootstrapFile[]> {
  const { profile, paths } = context;
  const [address] = profile.nodeAddresses;
  const ca = await readText(path.join(paths.pki, 'ca.crt'));
  if (address === undefined || ca === undefined) {
    throw new ClusterError(
      `cluster ${profile.name} has no address that nodes can dial`,
      'Start the cluster first.',
    );
  }
  const config: BootstrapConfig = {
    server: `https://${address}:${profile.port}`,
    ca,
    nodeName: node.name,
    token,
    node: nodeSettings(profile, node),
  };
  return [
    ...machineFiles((await readHostFiles(paths)) ?? {}),
    { path: BOOTSTRAP_SCRIPT, content: await context.bootstrap(), mode: 0o755 },
    { path: BOOTSTRAP_CONFIG, content: JSON.stringify(config), mode: 0o600 },
  ];
}

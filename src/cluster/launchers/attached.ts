import path from 'node:path';
import { httpsCall, httpsHold } from '../../host/httpsCall.ts';
import { readText } from '../../host/files.ts';
import { processExists } from '../../host/processes.ts';
import { PRESENCE_PATH, STOP_PATH } from '../../protocol/control.ts';
import type { RunningControlPlane } from '../runningControlPlane.ts';
import { readOwner } from '../owner.ts';
import type { ClusterPaths } from '../paths.ts';
import type { ClusterProfile } from '../profile.ts';

const PROBE_MS = 5_000;

/** The control plane that somebody else runs for this cluster, undefined where nobody answers. */
export async function attach(
  profile: ClusterProfile,
  paths: ClusterPaths,
): Promise<RunningControlPlane | undefined> {
  const credentials = await credentialsOf(paths);
  if (credentials === undefined) return undefined;
  const server = serverOf(profile);
  try {
    const held = await httpsHold({
      url: server + PRESENCE_PATH,
      method: 'GET',
      ...credentials,
      signal: AbortSignal.timeout(PROBE_MS),
    });
    if (held.code !== 200) {
      held.release();
      return undefined;
    }
    return {
      server,
      owned: false,
      exited: held.closed.then(() => undefined),
      async stop() {
        held.release();
        await held.closed;
      },
    };
  } catch {
    return undefined;
  }
}

/**
 * Asks the process that runs the cluster's control plane to stop it; resolves when it has. Does nothing where none
 * runs.
 */
export async function stopRemotely(profile: ClusterProfile, paths: ClusterPaths): Promise<void> {
  const [credentials, owner] = await Promise.all([credentialsOf(paths), readOwner(paths)]);
  // Without an owner it is another program that has the port, and it may never answer.
  if (credentials === undefined || owner === undefined || !processExists(owner.pid)) return;
  try {
    await httpsCall({ url: serverOf(profile) + STOP_PATH, method: 'POST', ...credentials });
  } catch (error) {
    if (isGone(error)) return;
    throw error;
  }
}

export function serverOf(profile: ClusterProfile): string {
  return `https://127.0.0.1:${profile.port}`;
}

async function credentialsOf(
  paths: ClusterPaths,
): Promise<{ ca: string; cert: string; key: string } | undefined> {
  const [ca, cert, key] = await Promise.all(
    ['ca.crt', 'admin.crt', 'admin.key'].map((name) => readText(path.join(paths.pki, name))),
  );
  return ca === undefined || cert === undefined || key === undefined ? undefined : { ca, cert, key };
}

function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE';
}

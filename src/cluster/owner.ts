import { readText, removeAll, writeWhole } from '../host/files.ts';
import { processExists } from '../host/processes.ts';
import type { ClusterPaths } from './paths.ts';

/**
 * Who runs a cluster's control plane: a note for people and messages. What really decides is the store's lock, which
 * the system lets go with the process; this file may be stale.
 */
export interface Owner {
  readonly pid: number;
  readonly kind: 'editor' | 'process';
  /** RFC 3339. */
  readonly since: string;
}

export async function readOwner(paths: ClusterPaths): Promise<Owner | undefined> {
  const text = await readText(paths.owner);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return undefined;
  }
}

/** Undefined where it was left by a process that is gone. */
export async function readLivingOwner(paths: ClusterPaths): Promise<Owner | undefined> {
  const owner = await readOwner(paths);
  return owner !== undefined && processExists(owner.pid) ? owner : undefined;
}

export async function writeOwner(paths: ClusterPaths, owner: Owner): Promise<void> {
  await writeWhole(paths.owner, `${JSON.stringify(owner)}\n`, 0o600);
}

export async function clearOwner(paths: ClusterPaths): Promise<void> {
  await removeAll(paths.owner);
}

import path from 'node:path';
import { listNames, readText, writeWhole } from '../../host/files.ts';
import { ClusterError } from '../errors.ts';
import type { ClusterPaths } from '../paths.ts';
import type { NodeProfile } from '../profile.ts';

/**
 * A whole cluster as it was at one moment: the file `snapshot.json` in a folder of its own, beside a copy of the store.
 * The machines' part is with the machines, under the same name.
 */
export interface ClusterSnapshot {
  readonly name: string;
  /** RFC 3339. */
  readonly time: string;
  readonly nodes: readonly NodeProfile[];
  /** Of the store. */
  readonly revision: number;
  /** Of this file; one that is newer than ours is refused. */
  readonly format: number;
}

export const SNAPSHOT_FORMAT = 1;

export interface SnapshotPaths {
  readonly folder: string;
  /** Written last: a folder without it is half of a snapshot. */
  readonly file: string;
  readonly store: string;
}

export function snapshotPaths(paths: ClusterPaths, name: string): SnapshotPaths {
  const folder = path.join(paths.snapshots, name);
  return { folder, file: path.join(folder, 'snapshot.json'), store: path.join(folder, 'store.db') };
}

const NAME = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/;

/** A snapshot's name is that of a folder, and known to the machines' tools. */
export function checkSnapshotName(name: string): void {
  if (NAME.test(name)) return;
  throw new ClusterError(
    `"${name}" cannot be a snapshot's name`,
    'Use at most 63 lower-case letters, digits, dashes and dots, with a letter or digit at both ends.',
  );
}

/** Those that are whole, oldest first. */
export async function readSnapshots(paths: ClusterPaths): Promise<readonly ClusterSnapshot[]> {
  const found = await Promise.all(
    (await listNames(paths.snapshots)).map((name) => readSnapshotFile(paths, name)),
  );
  return found
    .filter((snapshot) => snapshot !== undefined)
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/** Rejects with a ClusterError that names those that there are. */
export async function readSnapshot(paths: ClusterPaths, name: string): Promise<ClusterSnapshot> {
  checkSnapshotName(name);
  const snapshot = await readSnapshotFile(paths, name);
  if (snapshot === undefined) {
    const names = (await readSnapshots(paths)).map((other) => other.name);
    throw new ClusterError(
      `there is no snapshot "${name}"`,
      names.length === 0 ? 'The cluster has none yet.' : `There are: ${names.join(', ')}.`,
    );
  }
  if (snapshot.format <= SNAPSHOT_FORMAT) return snapshot;
  throw new ClusterError(
    `snapshot "${name}" was saved by a newer version (format ${snapshot.format})`,
    'Use that version or a newer one to restore it.',
  );
}

export function writeSnapshot(paths: ClusterPaths, snapshot: ClusterSnapshot): Promise<void> {
  const { file } = snapshotPaths(paths, snapshot.name);
  return writeWhole(file, `${JSON.stringify(snapshot, undefined, 2)}\n`, 0o600);
}

/** The names of what was begun and never finished, by a process that died. */
export async function halfMade(paths: ClusterPaths): Promise<readonly string[]> {
  const whole = new Set((await readSnapshots(paths)).map((snapshot) => snapshot.name));
  return (await listNames(paths.snapshots)).filter((name) => !whole.has(name));
}

async function readSnapshotFile(paths: ClusterPaths, name: string): Promise<ClusterSnapshot | undefined> {
  const { file } = snapshotPaths(paths, name);
  const text = await readText(file);
  if (text === undefined) return undefined;
  try {
    return { ...(JSON.parse(text) as ClusterSnapshot), name };
  } catch (error) {
    throw new ClusterError(`${file} cannot be read`, 'Mend it, or delete its folder.', error);
  }
}

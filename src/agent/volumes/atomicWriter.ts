import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file of a volume, by its path in the volume. */
export interface PayloadFile {
  readonly data: Uint8Array;
  readonly mode: number;
  /** The owner where it is not root. */
  readonly uid?: number;
}

/** Whose the files of a volume are. */
export interface Ownership {
  /** The pod's fsGroup. */
  readonly group: number | undefined;
  /** The ids on the node of the pod's user and group 0, if they are not 0. */
  readonly root?: number | undefined;
}

export type Payload = ReadonlyMap<string, PayloadFile>;

const DATA = '..data';
/** For chown. */
const UNCHANGED = -1;
const NEW_DATA = '..data_tmp';

/**
 * Replaces all files of a volume at once: they lie in a directory of their own with a time in its name, `..data` points
 * to that, and every visible name points into `..data`; renaming `..data` is the switch (volume `util/atomic_writer.go`).
 * `mode`: the volume's own. Nothing happens where the payload is what `last` was. Returns the payload that is in place.
 */
export async function writeAtomically(
  target: string,
  payload: Payload,
  options: Ownership & { readonly mode: number; readonly now: number },
  last?: Payload,
): Promise<Payload> {
  if (last !== undefined && samePayload(last, payload)) return last;
  await mkdir(target, { recursive: true });
  await applyOwner(target, options.mode, undefined, options, true);
  const old = await readlink(join(target, DATA)).catch(() => undefined);
  const version = `..${stamp(options.now)}.${randomBytes(4).readUInt32BE()}`;
  const directory = join(target, version);
  await mkdir(directory);
  await applyOwner(directory, 0o755, undefined, options, true);
  for (const [path, file] of payload) await writeFileAt(directory, path, file, options);
  await rm(join(target, NEW_DATA), { force: true });
  await symlink(version, join(target, NEW_DATA));
  await rename(join(target, NEW_DATA), join(target, DATA));
  await linkNames(target, payload);
  if (old !== undefined) await rm(join(target, old), { recursive: true, force: true });
  return payload;
}

function samePayload(a: Payload, b: Payload): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([path, file]) => {
    const other = b.get(path);
    return other?.mode === file.mode && other.uid === file.uid && Buffer.compare(file.data, other.data) === 0;
  });
}

async function writeFileAt(
  root: string,
  path: string,
  file: PayloadFile,
  ownership: Ownership,
): Promise<void> {
  let at = root;
  for (const part of dirname(path)
    .split('/')
    .filter((name) => name !== '' && name !== '.')) {
    at = join(at, part);
    const isNew = await mkdir(at).then(
      () => true,
      () => false,
    );
    if (isNew) await applyOwner(at, 0o755, undefined, ownership, true);
  }
  const full = join(root, path);
  await writeFile(full, file.data);
  await applyOwner(full, file.mode, file.uid, ownership, false);
}

/** fsGroup as upstream's SetVolumeOwnership for volumes that are read only: readable by the group, no more. */
async function applyOwner(
  path: string,
  mode: number,
  uid: number | undefined,
  { group, root = 0 }: Ownership,
  isDirectory: boolean,
): Promise<void> {
  if (root !== 0) await chown(path, root + (uid ?? 0), root + (group ?? 0));
  else if (uid !== undefined || group !== undefined) await chown(path, uid ?? UNCHANGED, group ?? UNCHANGED);
  const extra = group === undefined ? 0 : isDirectory ? 0o2550 : 0o440;
  await chmod(path, mode | extra);
}

/** A link per top-level name of the payload; links to names that are gone go. */
async function linkNames(target: string, payload: Payload): Promise<void> {
  const wanted = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? path));
  const present = await readdir(target);
  for (const name of present) {
    if (name.startsWith('..') || wanted.has(name)) continue;
    const isLink = await lstat(join(target, name)).then((found) => found.isSymbolicLink());
    if (isLink) await rm(join(target, name));
  }
  for (const name of wanted) {
    if (!present.includes(name)) await symlink(join(DATA, name), join(target, name));
  }
}

function stamp(now: number): string {
  const iso = new Date(now).toISOString();
  return iso.slice(0, 19).replace('T', '_').replaceAll(/[-:]/g, '_');
}

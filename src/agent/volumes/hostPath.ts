import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Stats } from 'node:fs';
import { NOTHING_TO_CLOSE, type VolumePlugin } from './contract.ts';

/** A path of the node (volume `hostpath/host_path.go`). */
export function hostPathPlugin(): VolumePlugin {
  return {
    type: 'hostPath',
    async setUp(_pod, volume) {
      const { path = '', type = '' } = volume.hostPath ?? {};
      await ensureHostPath({ path, type });
      return { hostPath: path, isReadOnly: false, isOfNode: true, close: NOTHING_TO_CLOSE };
    },
  };
}

const CHECKS: Readonly<Record<string, { readonly what: string; is(found: Stats): boolean }>> = {
  Directory: { what: 'a directory', is: (found) => found.isDirectory() },
  File: { what: 'a file', is: (found) => found.isFile() },
  Socket: { what: 'a socket', is: (found) => found.isSocket() },
  CharDevice: { what: 'a character device', is: (found) => found.isCharacterDevice() },
  BlockDevice: { what: 'a block device', is: (found) => found.isBlockDevice() },
};

/** Makes what the type says is made, and checks the rest. Throws kubelet's text. */
export async function ensureHostPath({
  path,
  type = '',
}: {
  readonly path: string;
  readonly type?: string;
}): Promise<void> {
  let found = await stat(path).catch(() => undefined);
  if (found === undefined && (type === 'DirectoryOrCreate' || type === '')) {
    // Without a type nothing is checked, but a runtime that finds nothing makes a directory.
    await mkdir(path, { recursive: true });
    await chmod(path, 0o755);
    return;
  }
  if (found === undefined && type === 'FileOrCreate') {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '', { mode: 0o644 });
    found = await stat(path);
  }
  const check = CHECKS[type.replace('OrCreate', '')];
  if (check === undefined) return;
  if (found === undefined || !check.is(found))
    throw new Error(`hostPath type check failed: ${path} is not ${check.what}`);
}

// Files of Debian packages that need not be installed.
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Commands } from './commands.ts';

/** The file `inside` of a Debian package of this system's release. */
export async function unpacked(
  folder: string,
  name: string,
  inside: string,
  commands: Commands,
): Promise<string> {
  const target = path.join(folder, name);
  const file = path.join(target, inside);
  if (existsSync(file)) return file;
  await mkdir(target, { recursive: true });
  await commands.run('apt-get', ['-o', 'APT::Sandbox::User=root', '-qq', 'download', name], { cwd: target });
  const deb = (await readdir(target)).find((entry) => entry.endsWith('.deb'));
  if (deb === undefined) throw new Error(`apt-get download ${name} left no package in ${target}`);
  await commands.run('dpkg-deb', ['-x', path.join(target, deb), target]);
  return file;
}

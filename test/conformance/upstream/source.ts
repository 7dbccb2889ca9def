// Upstream's source, from Debian's source package: the same archive on every machine, checked by apt's signatures.
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { debianArchives } from '../../../src/cluster/debian/sources.ts';
import type { Commands } from './commands.ts';
import { release, type Paths } from './paths.ts';
import { mendForGo } from './mendForGo.ts';
import { trim } from './trim.ts';

/** The Debian whose package `kubernetes` holds this release. */
export const SUITE = 'bookworm';
const DEFAULT_ARCHIVE = 'http://deb.debian.org/debian';

/** Makes sure that the source is there, trimmed and ready to build. */
export async function ensureSource(paths: Paths, commands: Commands): Promise<void> {
  if (existsSync(paths.source)) return;
  const archive = await download(paths, commands);
  const unpacked = path.join(paths.gopath, 'unpacked');
  await rm(unpacked, { recursive: true, force: true });
  await mkdir(unpacked, { recursive: true });
  await commands.run('tar', ['-xf', archive, '-C', unpacked, '--strip-components=1']);
  await trim(path.join(unpacked, 'test/e2e'));
  await mendForGo(unpacked);
  await mkdir(path.dirname(paths.source), { recursive: true });
  // The rename comes last: a source that is there is whole.
  await rename(unpacked, paths.source);
}

async function download(paths: Paths, commands: Commands): Promise<string> {
  const lists = path.join(paths.downloads, 'lists');
  await mkdir(path.join(lists, 'partial'), { recursive: true });
  const sources = path.join(paths.downloads, 'sources.list');
  const { archive = DEFAULT_ARCHIVE } = await debianArchives(undefined);
  await writeFile(sources, `deb-src ${archive} ${SUITE} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${lists}`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  await commands.run('apt-get', [...options, '-qq', 'update']);
  await commands.run('apt-get', [...options, '-qq', 'source', '--download-only', 'kubernetes'], {
    cwd: paths.downloads,
  });
  const file = (await readdir(paths.downloads)).find(
    (name) => name.includes(release.slice(1)) && name.endsWith('.orig.tar.gz'),
  );
  if (file === undefined)
    throw new Error(`Debian's source package "kubernetes" is not ${release}: only Debian 12 has it`);
  return path.join(paths.downloads, file);
}

import path from 'node:path';
import { listNames, readText } from '../../host/files.ts';
import type { BoxFile } from './contract.ts';

/** The extension's folders that boxes are made of. */
export interface RecipeFolders {
  readonly vagrant: string;
  readonly resources: string;
}

/** What the builder takes into the system: its own files, and in `node/` what makes it a node. */
export interface Recipe {
  readonly files: readonly BoxFile[];
  readonly packages: readonly string[];
  /** Options of dpkg: the parts of packages that are left out. */
  readonly dpkgConfig: string;
}

/** What a node has beyond `vagrant/node/`: the same files that container nodes are made of. */
const SHARED = ['containerd.toml', 'make-pause.sh', 'packages'];

/** Reads what a box is made of; a stock one has nothing of a node. */
export async function readRecipe(folders: RecipeFolders, stock: boolean): Promise<Recipe> {
  const box = path.join(folders.vagrant, 'box');
  const node = path.join(folders.vagrant, 'node');
  const shared = path.join(folders.resources, 'node');
  const read = async (folder: string, name: string, as: string): Promise<BoxFile> => ({
    path: as,
    content: (await readText(path.join(folder, name))) ?? '',
  });
  const boxFiles = await Promise.all((await listNames(box)).map((name) => read(box, name, name)));
  const nodeFiles = await Promise.all([
    ...(await listNames(node)).map((name) => read(node, name, `node/${name}`)),
    ...SHARED.map((name) => read(shared, name, `node/${name}`)),
    read(folders.vagrant, 'provision.sh', 'provision.sh'),
  ]);
  const files = stock ? boxFiles : [...boxFiles, ...nodeFiles];
  const contentOf = (name: string): string => files.find((file) => file.path === name)?.content ?? '';
  return {
    files,
    packages: [...lines(contentOf('packages')), ...lines(contentOf('node/packages'))],
    dpkgConfig: contentOf('dpkg.cfg'),
  };
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

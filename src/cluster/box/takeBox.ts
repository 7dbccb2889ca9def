import path from 'node:path';
import { copyWhole, fileExists } from '../../host/files.ts';
import { ClusterError } from '../errors.ts';
import { NODE, type BuiltBox } from './buildBox.ts';
import { sha256 } from './catalogue.ts';
import type { BoxArchitecture, BoxProvider } from './contract.ts';
import { openShelf } from './shelf.ts';

/** As the shelf calls boxes. */
const NAME = /^wheelhouse-node-(\d+\.\d+)-(libvirt|virtualbox)-(amd64|arm64)\.box$/;

/**
 * Takes over a box that was built on another computer: copies it beside those that were built here (folder `output`), in
 * the place of the one there for the same provider.
 */
export async function takeBox(
  file: string,
  output: string,
  architecture: BoxArchitecture | undefined,
): Promise<BuiltBox> {
  const name = path.basename(file);
  const [, version = '', provider = '', made = ''] = NAME.exec(name) ?? [];
  if (version === '') {
    throw new ClusterError(
      `${name} does not say what box it is`,
      'Give it back the name that “wheelhouse box build” gave it (wheelhouse-node-VERSION-PROVIDER-ARCHITECTURE.box). Any other box is used with: wheelhouse create NAME --machines vagrant --box FILE.',
    );
  }
  if (!(await fileExists(file)))
    throw new ClusterError(`there is no file ${file}`, 'Give the path of the box.');
  if (made !== architecture) {
    throw new ClusterError(
      `${name} is for ${made}, and this computer is ${architecture ?? 'of another kind'}`,
      'Build one on a computer of the same architecture.',
    );
  }
  const target = path.join(output, name);
  if (path.resolve(file) !== path.resolve(target)) await copyWhole(file, target);
  const shelf = await openShelf(output, NODE.name, NODE.description);
  const entry = {
    version,
    provider: provider as BoxProvider,
    architecture: made,
    file: name,
    checksum: await sha256(target),
  };
  await shelf.put([entry]);
  return { ...entry, name: NODE.name, path: target, catalogue: shelf.catalogue, built: false };
}

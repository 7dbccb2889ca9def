import { join } from 'node:path';
import { dns1123SubdomainErrors } from '../../api/names/names.ts';
import { badRequest } from '../../api/status.ts';
import type { AgentPaths } from '../paths.ts';
import { unmountBelow } from './mounts.ts';
import { removeTree } from './removeTree.ts';

/**
 * Removes volumes of the node-local provisioner by the names of their PersistentVolumes, each once at a time. Fulfils
 * where there is none.
 * @throws StatusError (400) where the name is none of a PersistentVolume
 */
export function createLocalVolumeRemoval(
  paths: Pick<AgentPaths, 'localVolumes'> | undefined,
): (volume: string) => Promise<void> {
  const removing = new Map<string, Promise<void>>();

  const remove = async (directory: string): Promise<void> => {
    // What a pod has mounted there for its node is not the volume's.
    await unmountBelow(directory);
    await removeTree(directory);
  };
  return async (volume) => {
    const [wrong] = dns1123SubdomainErrors(volume);
    if (wrong !== undefined) throw badRequest(`${JSON.stringify(volume)} is no volume: ${wrong}`);
    if (paths === undefined) return;
    const directory = join(paths.localVolumes, volume);
    const removal = removing.get(volume) ?? remove(directory).finally(() => removing.delete(volume));
    removing.set(volume, removal);
    await removal;
  };
}

import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dns1123SubdomainErrors } from '../../api/names/names.ts';
import { NODE_LOCAL_PROVISIONER, PROVISIONED_BY } from '../../api/nodeLocalVolumes.ts';
import { badRequest, serviceUnavailable } from '../../api/status.ts';
import type { PersistentVolume } from '../../api/types.ts';
import type { AgentPaths } from '../paths.ts';
import { unmountBelow } from './mounts.ts';
import { removeTree } from './removeTree.ts';

/** The first pod may run as any user. */
const OPEN_TO_ALL = 0o777;

/** The node-local provisioner's volumes on this node: directories below one, named after their PersistentVolumes. */
export interface LocalVolumes {
  /**
   * A pod is about to use the volume: makes its directory at first, and keeps it until the pod lets go. Does nothing for
   * volumes of others.
   */
  use(pod: string, volume: PersistentVolume): Promise<void>;
  /** The pod of that uid uses nothing any more. */
  release(pod: string): void;
  /**
   * Removes a volume with all that is in it, by the name of its PersistentVolume. Fulfils where there is none.
   * @throws StatusError 400 where the name is none of a PersistentVolume, 503 while a pod of this node uses it
   */
  remove(volume: string): Promise<void>;
}

/** `paths`: missing for a node without files. */
export function createLocalVolumes(paths: Pick<AgentPaths, 'localVolumes'> | undefined): LocalVolumes {
  const users = new Map<string, Set<string>>();
  const removals = new Map<string, Promise<void>>();

  const remove = async (directory: string): Promise<void> => {
    // Mounts that a pod made there for its node do not belong to the volume.
    await unmountBelow(directory);
    await removeTree(directory);
  };
  return {
    async use(pod, { metadata: { name, annotations }, spec }) {
      if (paths === undefined || annotations?.[PROVISIONED_BY] !== NODE_LOCAL_PROVISIONER) return;
      const directory = join(paths.localVolumes, name);
      if (spec.local?.path !== directory) return;
      users.set(name, (users.get(name) ?? new Set()).add(pod));
      await removals.get(name)?.catch(() => undefined);
      if ((await stat(directory).catch(() => undefined)) !== undefined) return;
      await mkdir(directory, { recursive: true });
      // The umask has its say in mkdir.
      await chmod(directory, OPEN_TO_ALL);
    },
    release(pod) {
      for (const [name, pods] of users) if (pods.delete(pod) && pods.size === 0) users.delete(name);
    },
    async remove(volume) {
      const [wrong] = dns1123SubdomainErrors(volume);
      if (wrong !== undefined) throw badRequest(`${JSON.stringify(volume)} is no volume: ${wrong}`);
      if (paths === undefined) return;
      if (users.has(volume)) throw serviceUnavailable(`pods of this node still use it`);
      const removal =
        removals.get(volume) ??
        remove(join(paths.localVolumes, volume)).finally(() => removals.delete(volume));
      removals.set(volume, removal);
      await removal;
    },
  };
}

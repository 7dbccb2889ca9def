import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../../api/types.ts';
import { type AgentPaths, podDirectory } from '../paths.ts';
import type { UserRange } from '../runtime/contract.ts';

/**
 * Pods with `hostUsers: false`: what is root in them is a number of its own on the node, and so is everybody else
 * (KEP-127, kubelet `userns/userns_manager.go`).
 */
export interface UserNamespaces {
  /** Gives the pod its users where it wants some. Idempotent, also over an agent's lives. */
  assign(pod: Pod): Promise<void>;
  /** Undefined for a pod whose users are the node's. */
  of(uid: string): UserRange | undefined;
  release(uid: string): void;
}

/** As upstream: all that a user of 16 bits can be, and as many as a node takes pods. Below the first one is the node. */
const LENGTH = 65_536;
const MAX_RANGES = 110;
const FILE = 'userns';

export function createUserNamespaces(paths: AgentPaths): UserNamespaces {
  const taken = new Map<string, number>();
  let recalled: Promise<void> | undefined;

  /** The ranges that an earlier life of the agent gave to pods, which may still run. */
  const recall = async (): Promise<void> => {
    const uids = await readdir(join(paths.kubelet, 'pods')).catch(() => []);
    await Promise.all(
      uids.map(async (uid) => {
        const text = await readFile(join(podDirectory(paths, uid), FILE), 'utf8').catch(() => undefined);
        if (text !== undefined) taken.set(uid, hostIdIn(text));
      }),
    );
  };
  const firstFree = (): number => {
    const used = new Set(taken.values());
    for (let index = 1; index <= MAX_RANGES; index++) if (!used.has(index * LENGTH)) return index * LENGTH;
    throw new Error('could not find an empty slot to allocate a user namespace');
  };

  return {
    async assign({ metadata: { uid }, spec }) {
      if (spec.hostUsers !== false) return;
      await (recalled ??= recall());
      if (taken.has(uid)) return;
      const hostId = firstFree();
      taken.set(uid, hostId);
      const mappings = [{ hostId, containerId: 0, length: LENGTH }];
      const text = JSON.stringify({ uidMappings: mappings, gidMappings: mappings });
      await writeFile(join(podDirectory(paths, uid), FILE), text, { mode: 0o600 });
    },
    of(uid) {
      const hostId = taken.get(uid);
      return hostId === undefined ? undefined : { hostId, length: LENGTH };
    },
    release: (uid) => void taken.delete(uid),
  };
}

function hostIdIn(text: string): number {
  const { uidMappings } = JSON.parse(text) as { uidMappings: readonly { hostId: number }[] };
  return uidMappings[0]?.hostId ?? 0;
}

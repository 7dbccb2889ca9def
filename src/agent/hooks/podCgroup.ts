import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodHook } from './contract.ts';

const ROOT = '/sys/fs/cgroup';
const PARENTS = ['kubepods', 'kubepods/burstable', 'kubepods/besteffort'];

/** The runtime makes a pod's cgroup with its first container and removes the containers' own; the pod's is left to us. */
export function podCgroupHook(): PodHook {
  return {
    name: 'podCgroup',
    prepare: () => Promise.resolve(),
    async undo({ uid }) {
      // Version 1 has a tree per controller, version 2 one tree at the root.
      const controllers = await readdir(ROOT, { withFileTypes: true }).catch(() => []);
      const trees = ['.', ...controllers.filter((entry) => entry.isDirectory()).map(({ name }) => name)];
      const paths = trees.flatMap((tree) => PARENTS.map((parent) => join(ROOT, tree, parent, `pod${uid}`)));
      await Promise.all(paths.map((path) => rmdir(path).catch(() => undefined)));
    },
  };
}

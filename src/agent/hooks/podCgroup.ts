import { access, mkdir, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodHook } from './contract.ts';
import { type PodBounds, podBounds } from './podBounds.ts';
import { cgroupParent } from './sandboxConfig.ts';

const ROOT = '/sys/fs/cgroup';
const PARENTS = ['kubepods', 'kubepods/burstable', 'kubepods/besteffort'];

/**
 * The runtime makes a pod's cgroup with its first container and removes the containers' own; the pod's is left to us. One
 * that has bounds of its own is made before: all its containers together stay within them.
 */
export function podCgroupHook(root: string = ROOT): PodHook {
  return {
    name: 'podCgroup',
    async prepare(pod) {
      const bounds = podBounds(pod);
      if (bounds === undefined) return;
      const path = cgroupParent(pod).slice(1);
      if (await exists(join(root, 'cgroup.controllers'))) await boundUnified(root, path, bounds);
      else await boundByController(root, path, bounds);
    },
    async undo({ uid }) {
      // Version 1 has a tree per controller, version 2 one tree at the root.
      const controllers = await readdir(root, { withFileTypes: true }).catch(() => []);
      const trees = ['.', ...controllers.filter((entry) => entry.isDirectory()).map(({ name }) => name)];
      const paths = trees.flatMap((tree) => PARENTS.map((parent) => join(root, tree, parent, `pod${uid}`)));
      await Promise.all(paths.map((path) => rmdir(path).catch(() => undefined)));
    },
  };
}

async function boundByController(root: string, path: string, bounds: PodBounds): Promise<void> {
  const { memoryBytes, cpuQuota, cpuPeriod, cpuShares } = bounds;
  const memory = join(root, 'memory', path);
  const cpu = join(root, 'cpu', path);
  await Promise.all([memory, cpu].map((folder) => mkdir(folder, { recursive: true })));
  if (memoryBytes !== undefined) await writeFile(join(memory, 'memory.limit_in_bytes'), String(memoryBytes));
  if (cpuShares !== undefined) await writeFile(join(cpu, 'cpu.shares'), String(cpuShares));
  if (cpuQuota === undefined) return;
  await writeFile(join(cpu, 'cpu.cfs_period_us'), String(cpuPeriod));
  await writeFile(join(cpu, 'cpu.cfs_quota_us'), String(cpuQuota));
}

async function boundUnified(root: string, path: string, bounds: PodBounds): Promise<void> {
  const { memoryBytes, cpuQuota, cpuPeriod, cpuShares } = bounds;
  let at = root;
  for (const part of path.split('/')) {
    await writeFile(join(at, 'cgroup.subtree_control'), '+cpu +memory');
    at = join(at, part);
    await mkdir(at, { recursive: true });
  }
  if (memoryBytes !== undefined) await writeFile(join(at, 'memory.max'), String(memoryBytes));
  if (cpuShares !== undefined) await writeFile(join(at, 'cpu.weight'), String(weightOf(cpuShares)));
  if (cpuQuota !== undefined) await writeFile(join(at, 'cpu.max'), `${cpuQuota} ${cpuPeriod}`);
}

/** As runtimes convert 2…262144 to 1…10000. */
const weightOf = (shares: number): number => 1 + Math.trunc(((shares - 2) * 9_999) / 262_142);

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

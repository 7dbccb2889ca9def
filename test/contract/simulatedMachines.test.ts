import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulatedMachines } from '../../src/cluster/machines/simulated.ts';
import { machinesContract } from './machines.suite.ts';

let folder: string;

machinesContract('simulated', async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-machines-'));
  const cluster = 'c1';
  const provider = createSimulatedMachines({
    folder: (name) => path.join(folder, name),
    clusters: () => Promise.resolve([cluster]),
  });
  return { provider, cluster };
});

after(() => rm(folder, { recursive: true, force: true }));

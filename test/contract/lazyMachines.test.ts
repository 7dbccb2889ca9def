import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lazyMachines } from '../../src/cluster/machines/lazyMachines.ts';
import { createSimulatedMachines } from '../../src/cluster/machines/simulated.ts';
import { machinesContract } from './machines.suite.ts';

let folder: string;

/** A provider that is made late holds to all that the provider itself holds to. */
machinesContract('simulated, made at first use', async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-lazy-'));
  const cluster = 'c1';
  const made = createSimulatedMachines({
    folder: (name) => path.join(folder, name),
    clusters: () => Promise.resolve([cluster]),
  });
  return { provider: lazyMachines(made, () => Promise.resolve(made)), cluster };
});

after(() => rm(folder, { recursive: true, force: true }));

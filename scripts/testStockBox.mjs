// Nodes of a stock Debian next to nodes of a built box: `npm run test:stock-box`. Not part of the gate: its VM fetches
// Debian's packages by itself, which takes minutes where the processor is emulated. Prepares a fresh Debian 12 machine.
import path from 'node:path';
import { ensureDependencies, root } from './setup/dependencies.mjs';
import { ensureLibvirt } from './setup/libvirt.mjs';
import { ensureCommands } from './setup/packages.mjs';
import { mocha, prepare, runStages } from './stages.mjs';

process.env.VAGRANT_HOME = path.join(root, '.cache/vagrant');
const build = [
  'dist/cli.cjs',
  'box',
  'build',
  '--provider',
  'libvirt',
  '--output',
  path.join(root, '.cache/boxes'),
];

await prepare(
  ensureDependencies,
  (setup) => ensureCommands({ ssh: ['openssh-client'] }, setup),
  ensureLibvirt,
);
await runStages([
  { name: 'schema', args: ['scripts/extractSchema.mjs'] },
  { name: 'build', args: ['scripts/build.mjs', '--production'] },
  { name: 'box', args: [...build, '--add'] },
  { name: 'stock box', args: [...build, '--stock', '--add'] },
  {
    name: 'nodes',
    args: mocha('--no-config', '--timeout', '1800000', 'test/machines/stock/stockBox.test.ts'),
    mocha: true,
  },
]);

// Nodes as real virtual machines: `npm run test:machines`. Prepares a fresh Debian 12 machine (libvirt, Vagrant, the
// box, all from packages), then runs what needs VMs, and prints the figures. Takes up to half an hour where the
// processor must be emulated.
import path from 'node:path';
import { ensureDependencies, root } from './setup/dependencies.mjs';
import { ensureLibvirt } from './setup/libvirt.mjs';
import { ensureCommands } from './setup/packages.mjs';
import { ensureVscodeServer } from './setup/vscodeServer.mjs';
import { mocha, prepare, runStages } from './stages.mjs';

/** What the tests drive, with the Debian packages that bring it. */
const wanted = {
  busybox: ['busybox-static'],
  chromium: ['chromium', 'fonts-dejavu-core'],
  kubectl: ['kubernetes-client'],
  ssh: ['openssh-client'],
};

const boxes = path.join(root, '.cache/boxes');
// Boxes and the list of machines are the tests' own, not the user's.
process.env.VAGRANT_HOME = path.join(root, '.cache/vagrant');

await prepare(
  ensureDependencies,
  (setup) => ensureCommands(wanted, setup),
  ensureLibvirt,
  ensureVscodeServer,
);
await runStages([
  { name: 'schema', args: ['scripts/extractSchema.mjs'] },
  { name: 'build', args: ['scripts/build.mjs', '--production'] },
  {
    name: 'boxes',
    args: ['dist/cli.cjs', 'box', 'build', '--provider', 'all', '--output', boxes, '--add'],
  },
  { name: 'machines', args: mocha('--config', 'test/machines/.mocharc.json'), mocha: true },
]);

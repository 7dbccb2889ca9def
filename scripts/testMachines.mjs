// Nodes as real virtual machines: `npm run test:machines`. Prepares a fresh Debian 12 machine (libvirt, Vagrant, the
// box, all from packages), then runs what needs VMs, and prints the figures. Takes up to half an hour where the
// processor must be emulated.
import { ensureDependencies } from './setup/dependencies.mjs';
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

await prepare(ensureDependencies, (log) => ensureCommands(wanted, log), ensureLibvirt, ensureVscodeServer);
await runStages([
  { name: 'schema', args: ['scripts/extractSchema.mjs'] },
  { name: 'build', args: ['scripts/build.mjs', '--production'] },
  { name: 'box', args: ['dist/cli.cjs', 'box', 'build', '--provider', 'all'] },
  { name: 'machines', args: mocha('--config', 'test/machines/.mocharc.json'), mocha: true },
]);

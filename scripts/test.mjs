// The whole gate: `npm test`. Prepares what a fresh machine lacks, runs every stage even where one has failed, and
// ends with one line that counts all of it. Words after it choose stages by name: `npm test -- unit lint`.
import { ensureDependencies } from './setup/dependencies.mjs';
import { ensureDocker } from './setup/docker.mjs';
import { ensureCommands } from './setup/packages.mjs';
import { ensureVscodeServer } from './setup/vscodeServer.mjs';
import { bin, mocha, prepare, runStages } from './stages.mjs';

/** What integration and editor tests drive, with the Debian packages that bring it. */
const wanted = {
  chromium: ['chromium', 'fonts-dejavu-core'],
  containerd: ['containerd'],
  crun: ['crun'],
  runc: ['runc'],
  busybox: ['busybox-static'],
  nft: ['nftables'],
  ip: ['iproute2'],
  conntrack: ['conntrack'],
  dig: ['bind9-dnsutils'],
  kubectl: ['kubernetes-client'],
};

const stages = [
  { name: 'schema', args: ['scripts/extractSchema.mjs'] },
  { name: 'types', args: [bin('tsc7/bin/tsc'), '-p', 'tsconfig.json'] },
  { name: 'lint', args: [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'] },
  {
    name: 'format',
    args: [bin('prettier/bin/prettier.cjs'), '--check', '--ignore-unknown', '--log-level', 'warn', '.'],
  },
  { name: 'unit, contract and architecture', args: mocha(), mocha: true },
  { name: 'build', args: ['scripts/build.mjs', '--production'] },
  { name: 'integration', args: mocha('--config', 'test/integration/.mocharc.json'), mocha: true },
  { name: 'editor', args: mocha('--config', 'test/editor/.mocharc.json'), mocha: true },
];

const only = process.argv.slice(2);
const chosen =
  only.length === 0 ? stages : stages.filter(({ name }) => only.some((word) => name.includes(word)));

await prepare(ensureDependencies, (setup) => ensureCommands(wanted, setup), ensureDocker, ensureVscodeServer);
await runStages(chosen);

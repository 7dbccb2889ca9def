// The whole gate: `npm test`. Prepares what a fresh machine lacks, runs every stage even where one has failed, and
// ends with one line that counts all of it.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureDependencies, node24, root } from './setup/dependencies.mjs';
import { ensureDocker } from './setup/docker.mjs';
import { ensureCommands, MissingPrerequisite } from './setup/packages.mjs';
import { run } from './setup/run.mjs';
import { ensureVscodeServer } from './setup/vscodeServer.mjs';

const log = (line) => console.log(`\n== ${line}`);
const counts = path.join(root, '.cache/test-counts');

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

const bin = (name) => path.join(root, 'node_modules', name);
const mocha = (...args) => [bin('mocha/bin/mocha.js'), ...args];
const reporter = ['--reporter', path.join(root, 'test/harness/countingReporter.cjs')];

/** Each stage is a Node 24 command; stages of mocha write their counts, others count as one check. */
const stages = [
  { name: 'schema', args: ['scripts/extractSchema.mjs'] },
  { name: 'types', args: [bin('tsc7/bin/tsc'), '-p', 'tsconfig.json'] },
  { name: 'lint', args: [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'] },
  {
    name: 'format',
    args: [bin('prettier/bin/prettier.cjs'), '--check', '--ignore-unknown', '--log-level', 'warn', '.'],
  },
  { name: 'unit, contract and architecture', args: mocha(...reporter), mocha: true },
  { name: 'build', args: ['scripts/build.mjs', '--production'] },
  {
    name: 'integration',
    args: mocha('--config', 'test/integration/.mocharc.json', ...reporter),
    mocha: true,
  },
  { name: 'editor', args: mocha('--config', 'test/editor/.mocharc.json', ...reporter), mocha: true },
];

const only = process.argv.slice(2);
const chosen =
  only.length === 0 ? stages : stages.filter(({ name }) => only.some((word) => name.includes(word)));

try {
  await ensureDependencies(log);
  await ensureCommands(wanted, log);
  await ensureDocker(log);
  await ensureVscodeServer(log);
} catch (error) {
  console.error(error instanceof MissingPrerequisite ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

let passed = 0;
let failed = 0;
const failures = [];
for (const stage of chosen) {
  log(stage.name);
  rmSync(counts, { recursive: true, force: true });
  mkdirSync(counts, { recursive: true });
  const began = Date.now();
  const ok = await runStage(stage);
  const result = stage.mocha ? readCounts(ok) : { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
  passed += result.passed;
  failed += result.failed;
  if (result.failed > 0) failures.push(stage.name);
  log(
    `${stage.name}: ${result.passed} passed, ${result.failed} failed in ${((Date.now() - began) / 1000).toFixed(0)} s`,
  );
}
if (failures.length > 0) log(`failed: ${failures.join('; ')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function runStage(stage) {
  const env = {
    ...process.env,
    PATH: `${path.dirname(node24)}:${path.join(root, 'node_modules/.bin')}:${process.env.PATH}`,
    WHEELHOUSE_TEST_COUNTS: counts,
  };
  try {
    await run(node24, stage.args, { cwd: root, env });
    return true;
  } catch {
    return false;
  }
}

/** A run that ended before it could count is a failure of its own. */
function readCounts(ok) {
  try {
    const {
      passes,
      failures: failing,
      pending,
    } = JSON.parse(readFileSync(path.join(counts, 'mocha.json'), 'utf8'));
    return { passed: passes, failed: failing + pending + (ok || failing + pending > 0 ? 0 : 1) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

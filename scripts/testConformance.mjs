// Upstream's own conformance tests: `npm run test:conformance [FOCUS]`. Prepares a Debian 12 machine (Go, Docker, the
// suite's source, all from packages), builds what is missing and runs test/conformance/run.ts, which says what FOCUS is.
// `--if-built` runs only where the suite was built before: for continuous integration.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ensureDependencies, node24, root } from './setup/dependencies.mjs';
import { ensureDocker } from './setup/docker.mjs';
import { aptInstall, canInstall, ensureCommands, MissingPrerequisite } from './setup/packages.mjs';
import { run } from './setup/run.mjs';
import { prepare } from './stages.mjs';

const IF_BUILT = '--if-built';
const args = process.argv.slice(2);
if (args.includes(IF_BUILT) && !existsSync(path.join(root, '.cache/conformance/bin/e2e.test'))) {
  console.log("Left out: upstream's suite is not built here. `npm run test:conformance` builds it.");
  console.log('0 passed, 0 failed');
  process.exit(0);
}

const wanted = {
  gcc: ['gcc', 'libc6-dev'],
  mmdebstrap: ['mmdebstrap'],
};

/** Debian keeps this Go out of the PATH. The suite's release builds with no newer one. */
async function ensureGo(setup) {
  if (existsSync('/usr/lib/go-1.19/bin/go')) return;
  if (!canInstall())
    throw new MissingPrerequisite('Missing: Go 1.19. Install it as root: apt-get install golang-1.19');
  await aptInstall(['golang-1.19-go'], setup);
}

await prepare(ensureDependencies, (setup) => ensureCommands(wanted, setup), ensureGo, ensureDocker);
try {
  for (const script of ['scripts/extractSchema.mjs', 'scripts/build.mjs']) {
    await run(node24, [script, ...(script.includes('build') ? ['--production'] : [])], { cwd: root });
  }
  const runner = path.join(root, 'test/conformance/run.ts');
  await run(node24, [runner, ...args.filter((arg) => arg !== IF_BUILT)], { cwd: root });
} catch {
  process.exit(1);
}

// `npm start` on a fresh machine: installs what is missing, builds, and hands over to Node 24.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureDependencies, node24, root } from './setup/dependencies.mjs';
import { ensureDocker } from './setup/docker.mjs';
import { ensureCommands, MissingPrerequisite } from './setup/packages.mjs';
import { has, run } from './setup/run.mjs';
import { ensureVscodeServer } from './setup/vscodeServer.mjs';

const log = (line) => console.log(`-- ${line}`);

try {
  await ensureDependencies(log);
  await ensureCommands({ kubectl: ['kubernetes-client'] }, log);
  // With the desktop's VS Code nothing else is needed; without it, one is served to a browser.
  if (!has('code')) {
    await ensureCommands({ chromium: ['chromium', 'fonts-dejavu-core'] }, log);
    await ensureVscodeServer(log);
  }
  await ensureDocker(log);
  log('building');
  await run(node24, ['scripts/build.mjs', '--production'], { cwd: root });
} catch (error) {
  console.error(
    error instanceof MissingPrerequisite ? error.message : error instanceof Error ? error.message : error,
  );
  process.exit(1);
}

const env = { ...process.env, PATH: `${path.dirname(node24)}:${process.env.PATH}` };
const main = spawn(node24, ['scripts/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  env,
  stdio: 'inherit',
});
// The terminal gives Ctrl-C to both; this one waits until the other has stopped everything.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (signal === 'SIGTERM') main.kill('SIGTERM');
  });
}
main.once('close', (code) => process.exit(code ?? 1));

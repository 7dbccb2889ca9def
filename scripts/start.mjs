// `npm start`: installs what is missing, builds, brings up a cluster with the sample on it and opens the editor, each
// step as soon as what it needs is there. Plain JavaScript for Node 20; what needs Node 24 is done by start/worker.ts.
import { fork } from 'node:child_process';
import { createWriteStream, fstatSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from './setup/cache.mjs';
import { ensureDependencies, node24, root } from './setup/dependencies.mjs';
import { ensureDocker } from './setup/docker.mjs';
import { ensureCommands } from './setup/packages.mjs';
import { has, runWithOutputTo } from './setup/run.mjs';
import { ensureVscodeServer } from './setup/vscodeServer.mjs';
import { runSteps } from './start/steps.mjs';

/** How many of its logs are kept. */
const LOGS = 5;
/** Without a terminal a line comes after so long: who reads a pipe no more is noticed by writing to it alone. */
const SIGN_OF_LIFE_MS = 60_000;

const USAGE = `npm start -- [--name NAME] [--nodes N] [--no-editor]
  --name       the cluster's name (dev)
  --nodes      how many nodes a new cluster has (3)
  --no-editor  the cluster and the sample alone`;

const options = readOptions();
const began = Date.now();
const logFile = newLog();
const log = createWriteStream('', { fd: openSync(logFile, 'a', 0o600) });

const stop = new AbortController();
let speaks = true;
/** For the user alone. */
const tell = (line) => {
  if (speaks) process.stdout.write(`${line}\n`);
};
const print = (line) => {
  tell(line);
  log.write(`${line}\n`);
};

// A reader that went away, a terminal that was closed, a Ctrl-C: everything is stopped alike.
process.stdout.on('error', () => {
  speaks = false;
  stop.abort(new Error('nobody reads the output any more'));
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => onSignal(signal));

function onSignal(signal) {
  if (!stop.signal.aborted) {
    stop.abort(new Error(signal));
    return;
  }
  if (signal === 'SIGHUP') return;
  print('');
  print(
    `Left alone: the cluster ${options.name} is still being stopped in the background (log: ${logFile}).`,
  );
  print(`Whether it has stopped says: node dist/cli.cjs status ${options.name}`);
  process.exit(130);
}

const worker = createWorker();
const steps = [
  { name: 'npm packages', run: (tools) => ensureDependencies(setupOf(tools)) },
  { name: 'Docker Engine', run: (tools) => ensureDocker(setupOf(tools)) },
  { name: 'kubectl', run: (tools) => ensureCommands({ kubectl: ['kubernetes-client'] }, setupOf(tools)) },
  {
    name: 'bundles',
    needs: ['npm packages'],
    run: (tools) => setupOf(tools).run(node24, ['scripts/build.mjs', '--production'], { cwd: root }),
  },
  {
    name: 'node image',
    needs: ['npm packages', 'Docker Engine'],
    run: (tools) => worker.run('nodeImage', tools),
  },
  { name: 'sample image', needs: ['node image'], run: (tools) => worker.run('sampleImage', tools) },
  {
    name: 'cluster',
    needs: ['bundles', 'node image'],
    async run(tools) {
      const { before } = await worker.run('cluster', tools);
      results.ranBefore = before === 'running';
      if (results.ranBefore) return `${options.name} ran already`;
      return `${options.name} ${before === 'stopped' ? 'runs again' : 'is there'}`;
    },
  },
  {
    name: 'sample',
    needs: ['kubectl', 'sample image', 'cluster'],
    async run(tools) {
      results.sample = await worker.run('sample', tools);
      return `answers at ${results.sample.address}`;
    },
  },
  ...(options.editor ? editorSteps() : []),
];
/** What steps found out, for the words at the end. */
const results = {};

let [ready, failed] = [false, false];
try {
  print(`${steps.length} steps; everything that they say is in ${logFile}`);
  await runSteps(steps, { print, now: () => Date.now(), every, signal: stop.signal });
  ready = true;
  summarise();
  await untilStopped();
} catch (error) {
  // Whether the user stopped it or a step failed: the step says which.
  if (!stop.signal.aborted) {
    failed = true;
    print(`npm start: ${error instanceof Error ? error.message : String(error)}`);
    print(`All of it is in ${logFile}`);
  }
}
if (worker.isThere()) {
  const since = Date.now();
  print('Stopping (again Ctrl-C: leave that to the background)');
  const quiet = every(5_000, () => print(`  still stopping, ${Math.round((Date.now() - since) / 1000)} s`));
  await worker.end();
  quiet();
  print(`Stopped after ${((Date.now() - since) / 1000).toFixed(1)} s.`);
} else if (!failed) {
  print('Stopped.');
}
process.exit(failed ? 1 : ready ? 0 : 130);

function editorSteps() {
  // With the desktop's VS Code nothing else is needed; without it, one is served to a browser.
  const server = has('code')
    ? []
    : [{ name: 'VS Code server', run: (tools) => ensureVscodeServer(setupOf(tools)) }];
  return [
    ...server,
    {
      name: 'editor',
      needs: ['bundles', ...server.map(({ name }) => name)],
      async run(tools) {
        results.editor = await worker.run('editor', tools);
        return 'open';
      },
    },
  ];
}

function summarise() {
  const { sample, editor } = results;
  print('');
  print(`Ready after ${((Date.now() - began) / 1000).toFixed(0)} s.`);
  // The address holds a token: it is for the user, not for the log.
  if (editor !== undefined) tell(`Editor       ${editor.address}`);
  print(`Kubeconfig   ${sample.kubeconfig}`);
  print(`Sample       ${sample.address}   (${sample.answer})`);
  print('');
  print('Try:');
  print(`  export KUBECONFIG=${sample.kubeconfig}`);
  print('  kubectl get nodes,pods -o wide');
  print('  kubectl logs -f deployment/sample');
  print('  kubectl scale deployment/sample --replicas 6');
  print('');
  print(
    results.ranBefore
      ? `Ctrl-C ends this; the cluster ran before and goes on. To stop it: node dist/cli.cjs stop ${options.name}`
      : 'Ctrl-C stops everything; the cluster is kept, and the next npm start resumes it.',
  );
}

async function untilStopped() {
  const quiet = writesToPipe()
    ? every(SIGN_OF_LIFE_MS, () => tell(`running for ${Math.round((Date.now() - began) / 60_000)} min`))
    : () => undefined;
  await Promise.race([
    new Promise((resolve) => {
      if (stop.signal.aborted) resolve();
      stop.signal.addEventListener('abort', resolve, { once: true });
    }),
    worker.ended.then(() => {
      if (stop.signal.aborted) return;
      throw new Error(
        `what runs the editor and watches the cluster has ended. The cluster ${options.name} may still run: node dist/cli.cjs stop ${options.name}`,
      );
    }),
  ]);
  quiet();
}

/** Node 24 in a session of its own: see start/worker.ts. It is there from its first step on. */
function createWorker() {
  let child;
  let resolveEnded;
  const ended = new Promise((resolve) => (resolveEnded = resolve));
  const waiting = new Map();
  const onMessage = (message) => {
    const { resolve, reject, log: say } = waiting.get(message.step);
    if (message.type === 'log') say(message.line);
    if (message.type === 'done') resolve(message.result);
    if (message.type === 'failed') reject(new Error(message.message));
  };
  const start = () => {
    const output = openSync(logFile, 'a');
    const given = JSON.stringify({ cluster: options.name, nodes: options.nodes });
    child = fork(path.join(root, 'scripts/start/worker.ts'), [given], {
      cwd: root,
      execPath: node24,
      detached: true,
      env: { ...process.env, PATH: `${path.dirname(node24)}${path.delimiter}${process.env.PATH}` },
      stdio: ['ignore', output, output, 'ipc'],
    });
    child.on('message', onMessage);
    child.once('exit', (code) => {
      for (const { reject } of waiting.values()) reject(new Error(`the worker has ended (${code})`));
      resolveEnded();
    });
  };
  return {
    ended,
    isThere: () => child !== undefined && child.exitCode === null,
    run(step, tools) {
      if (child === undefined) start();
      return new Promise((resolve, reject) => {
        waiting.set(step, { resolve, reject, log: tools.log });
        child.send({ type: 'run', step });
        // It takes back what it is about to make; that is waited for at the end.
        tools.signal.addEventListener('abort', () => reject(tools.signal.reason), { once: true });
      });
    },
    end() {
      if (child.connected) child.send({ type: 'stop' });
      return ended;
    },
  };
}

/** What commands say goes to the log. */
function setupOf({ log: say, signal }) {
  const run = runWithOutputTo((text) => log.write(text));
  return { log: say, run: (command, args, how) => run(command, args, { signal, ...how }) };
}

function every(ms, tick) {
  const timer = setInterval(tick, ms);
  return () => clearInterval(timer);
}

function writesToPipe() {
  const stats = fstatSync(process.stdout.fd);
  return stats.isFIFO() || stats.isSocket();
}

function newLog() {
  const folder = cacheFolder('logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const old = readdirSync(folder)
    .filter((name) => name.startsWith('start-'))
    .sort();
  for (const name of old.slice(0, Math.max(0, old.length - LOGS + 1))) rmSync(path.join(folder, name));
  const time = new Date(began).toISOString().replace(/:/g, '-').replace(/\..*/, '');
  return path.join(folder, `start-${time}-${process.pid}.log`);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        name: { type: 'string', default: 'dev' },
        nodes: { type: 'string', default: '3' },
        'no-editor': { type: 'boolean', default: false },
      },
    });
    const nodes = Number(values.nodes);
    if (!Number.isInteger(nodes) || nodes < 1)
      throw new Error(`--nodes ${values.nodes} is no number of nodes`);
    return { name: values.name, nodes, editor: !values['no-editor'] };
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

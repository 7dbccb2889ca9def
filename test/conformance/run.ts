/**
 * `npm run test:conformance [FOCUS]`: upstream's own conformance tests against a cluster of container nodes. FOCUS is a
 * regular expression over the tests' names, or an area (`apps`). Prints a line a test, ends with `N passed, N failed`,
 * and after a run of all writes docs/conformance.md. `--every N` takes each Nth of those that may run side by side, for a
 * short look; `--keep` leaves the cluster.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { runBatches, type Result } from './batches.ts';
import { createCluster, NODES } from './cluster.ts';
import { ensureImages } from './images/index.ts';
import { everyNth, focused, readSuite, whyLeftOut } from './suite.ts';
import { tableOf } from './table.ts';
import { ensureBinaries } from './upstream/binaries.ts';
import { unpacked } from './upstream/debianPackage.ts';
import { loggedCommands } from './upstream/commands.ts';
import { paths, release } from './upstream/paths.ts';
import { ensureSource } from './upstream/source.ts';

const MINUTE = 60_000;
/** A cluster of three nodes keeps four processes a core busy: they wait most of the time. */
const WORKERS_PER_CORE = 4;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: 'boolean', default: false }, every: { type: 'string' } },
});
const focus = positionals[0];

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('broken off')));

const logs = path.join(paths.logs, new Date().toISOString().replaceAll(':', '-'));
await mkdir(logs, { recursive: true });
console.log(`logs: ${logs}`);
const commands = loggedCommands(path.join(logs, 'prepare.log'), stop.signal);

// A run that is broken off still deletes its cluster.
const cleanUp = loggedCommands(path.join(logs, 'prepare.log'), new AbortController().signal);

const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  const began = Date.now();
  console.log(name);
  const result = await work();
  console.log(`${name}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
  return result;
};

await step("upstream's source", () => ensureSource(paths, commands));
await step('building the test binary (ten minutes on two cores, once)', () =>
  ensureBinaries(paths, commands),
);
// The suite reads what this version of kubectl prints.
const kubectl = await unpacked(paths.binaries, 'kubernetes-client', 'usr/bin/kubectl', commands);
const images = await step('images', () => ensureImages(paths, commands));
const matching = focused(await readSuite(paths.source), focus);
const suite = values.every === undefined ? matching : everyNth(matching, Number(values.every));
if (suite.length === 0) {
  console.error(`no conformance test matches ${focus ?? ''}`);
  process.exit(2);
}
const cluster = await step('cluster', () => createCluster(paths, commands, cleanUp, images));

const results: Result[] = [];
try {
  const common = {
    binary: path.join(paths.binaries, 'e2e.test'),
    kubectl,
    kubeconfig: cluster.kubeconfig,
    logs,
    onResult: ({ test, outcome, seconds, why }: Result) =>
      console.log(
        `${outcome} ${test.name} (${seconds.toFixed(0)} s)${why === undefined ? '' : `\n    ${why}`}`,
      ),
  };
  for (const test of suite) {
    const why = whyLeftOut(test);
    if (why !== undefined) results.push({ test, outcome: 'left out', seconds: 0, why });
  }
  const run = suite.filter((test) => whyLeftOut(test) === undefined);
  const workers = WORKERS_PER_CORE * availableParallelism();
  const parallel = run.filter(({ serial }) => !serial);
  const size = Math.min(20, Math.ceil(parallel.length / workers));
  results.push(
    ...(await runBatches(parallel, { ...common, workers, size, limit: 25 * MINUTE }, stop.signal)),
    ...(await runBatches(
      run.filter(({ serial }) => serial),
      { ...common, workers: 1, size: 50, limit: 40 * MINUTE },
      stop.signal,
    )),
  );
} finally {
  if (!values.keep) await cluster.delete();
}

if (focus === undefined && values.every === undefined) {
  const nodes = `${String(NODES)} container nodes`;
  const file = path.join(paths.root, 'docs/conformance.md');
  const text = tableOf(results, { release, nodes, focus });
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}
const count = (outcome: Result['outcome']): number => results.filter((one) => one.outcome === outcome).length;
console.log(`${String(count('left out'))} left out`);
console.log(`${String(count('passed'))} passed, ${String(count('failed'))} failed`);
process.exit(count('failed') === 0 ? 0 : 1);

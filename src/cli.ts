import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { systemClock } from './base/clock.ts';
import { createLogger } from './base/logger.ts';
import { commands } from './cli/commands/index.ts';
import type { BoxShelf, CliContext } from './cli/command.ts';
import { lineProgress } from './cli/progress.ts';
import { terminalQuestions } from './cli/questions.ts';
import { createDetachedLauncher } from './cluster/launchers/detached.ts';
import { defaultHome } from './cluster/paths.ts';
import { savedImage } from './cluster/savedImage.ts';
import { desktopBoxBuilder, desktopVagrant } from './desktop/boxes.ts';
import { desktopClusters } from './desktop/clusters.ts';
import { terminalModules } from './desktop/machineProviders.ts';
import { desktopReport } from './desktop/report.ts';
import { systemProcesses } from './host/processes.ts';
import { rerun } from './host/rerun.ts';
import { openNodeAdmin } from './nodes/nodeAdmin.ts';
import { serve } from './serve.ts';
import { storeFiles } from './storage/index.ts';

/** The composition root of the `wheelhouse` command. */
const dist =
  path.basename(import.meta.dirname) === 'dist'
    ? import.meta.dirname
    : path.join(import.meta.dirname, '../dist');
const write = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);
const logger = createLogger(complain, { level: 'warn' });

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stop.abort(new Error('stopped')));
}

const version = versionOf(path.join(dist, '../package.json'));
const home = defaultHome(process.env, os.homedir());
const resources = path.join(dist, '../resources');
const clusters = desktopClusters({
  home,
  resources,
  dist,
  launcher: createDetachedLauncher({ entry: path.join(dist, 'controlPlaneWorker.cjs'), clock: systemClock }),
  openNodeAdmin,
  store: storeFiles(systemClock),
  clock: systemClock,
  logger,
});

const builder = desktopBoxBuilder({ resources, home });
const boxes: BoxShelf = {
  ...builder,
  add: (box, progress, signal) =>
    desktopVagrant({ resources, home, terminals: terminalModules() }).boxes.add(box, progress, signal),
};

const interrupt = (): void => stop.abort(new Error('stopped'));
const { stdin: input, stdout: output, stderr } = process;
const ask = terminalQuestions({ input, output: stderr, signal: stop.signal, interrupt });
const context: CliContext = {
  clusters,
  boxes,
  progress: lineProgress(complain, () => systemClock.now(), ask),
  signal: stop.signal,
  print: write,
  terminal: { input, output, errors: stderr },
  now: () => systemClock.now(),
  exitWith: (code) => (process.exitCode = code),
  serve: (options) => serve(options, { print: write, logger, signal: stop.signal }),
  report: () => desktopReport({ clusters, processes: systemProcesses, version, signal: stop.signal }),
  saveImage: (reference) => savedImage(systemProcesses, reference),
};

const program = new Command('wheelhouse')
  .description('A real multi-node Kubernetes on your desk')
  .version(version, '-V, --version', 'print the version')
  .showHelpAfterError();
for (const command of commands) command(program, context);

/** The store is in Node itself from this release on. */
const NODE = 24;
/** A checkout brings the Node that it needs. */
const bundledNode = path.join(dist, '../node_modules/node/bin/node');

function versionOf(manifest: string): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

async function main(): Promise<void> {
  const { node } = process.versions;
  if (Number.parseInt(node, 10) >= NODE) {
    await program.parseAsync();
    return;
  }
  if (!existsSync(bundledNode)) {
    throw new Error(
      `Node ${NODE} or later is needed, this is ${node}. Install it, or run npm ci in the checkout.`,
    );
  }
  process.exitCode = await rerun(bundledNode, process.argv.slice(1), stop.signal);
}

main()
  .catch((error: unknown) => {
    complain(`wheelhouse: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = stop.signal.aborted ? 130 : 1;
  })
  // The connection that shows that a control plane is there would hold the process.
  .finally(() => process.stdout.write('', () => process.exit()));

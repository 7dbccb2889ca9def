// The part of `npm start` that needs Node 24: images, the cluster, the sample, the editor. It is told what to do by
// start.mjs, in a session of its own: what a terminal does to its programs does not reach it, and when start.mjs goes,
// however that is, it stops what it has started.
import os from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';
import { systemClock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/logger.ts';
import { createDetachedLauncher } from '../../src/cluster/launchers/detached.ts';
import type { OnAnswers } from '../../src/cluster/contract.ts';
import type { Progress } from '../../src/cluster/machines/contract.ts';
import { ensureNodeImage, readBuildFiles } from '../../src/cluster/machines/docker/nodeImage.ts';
import { defaultHome } from '../../src/cluster/paths.ts';
import { desktopClusters } from '../../src/desktop/clusters.ts';
import { imageMaking } from '../../src/desktop/imageMaking.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { openNodeAdmin } from '../../src/nodes/nodeAdmin.ts';
import { storeFiles } from '../../src/storage/index.ts';
import { openEditor } from '../vscode/openEditor.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './messages.ts';
import { buildSampleImage, runSample } from './sample.ts';

const root = path.resolve(import.meta.dirname, '../..');
const dist = path.join(root, 'dist');
const sampleFolder = path.join(root, 'resources/sample');
const { cluster, nodes } = JSON.parse(process.argv[2] ?? '{}') as WorkerOptions;

const stop = new AbortController();
const { signal } = stop;
const logger = createLogger((line) => process.stderr.write(`${line}\n`), { level: 'warn' });
const clusters = desktopClusters({
  home: defaultHome(process.env, os.homedir()),
  resources: path.join(root, 'resources'),
  dist,
  // The cluster outlives a window's reload: the windows attach to it.
  launcher: createDetachedLauncher({ entry: path.join(dist, 'controlPlaneWorker.cjs'), clock: systemClock }),
  openNodeAdmin,
  store: storeFiles(systemClock),
  clock: systemClock,
  logger,
});
const images = { docker: new Docker(), ...imageMaking() };

/** Everything that is stopped at the end, last first. */
const running: (() => Promise<void>)[] = [];
/** Whether the cluster's control plane was brought up here: what others have started goes on without this. */
let isOurs = false;
async function stopCluster(): Promise<void> {
  if (!isOurs || !(await clusters.names()).includes(cluster)) return;
  await clusters.stop(cluster, new AbortController().signal);
}

const steps: Readonly<Record<string, (progress: Progress) => Promise<unknown>>> = {
  async nodeImage(progress) {
    const files = await readBuildFiles(path.join(root, 'resources/node'));
    return ensureNodeImage({ ...images, files }, progress, signal);
  },
  sampleImage: (progress) => buildSampleImage({ ...images, folder: sampleFolder }, progress, signal),
  async cluster(progress) {
    // What fails or is broken off may leave some of it running.
    running.push(stopCluster);
    const onAnswers: OnAnswers = ({ owned }) => (isOurs = owned);
    if ((await clusters.names()).includes(cluster)) {
      await clusters.start(cluster, progress, signal, onAnswers);
      return { before: isOurs ? 'stopped' : 'running' };
    }
    await clusters.create({ name: cluster, machines: 'docker', nodes }, progress, signal, onAnswers);
    return { before: 'missing' };
  },
  async sample(progress) {
    const { kubeconfig } = clusters.paths(cluster);
    const processes = systemProcesses;
    const options = { clusters, cluster, kubeconfig, folder: sampleFolder, processes, progress, signal };
    return { kubeconfig, ...(await runSample(options)) };
  },
  async editor() {
    const file = path.join(sampleFolder, 'sample.yaml');
    const editor = await openEditor({ root, folder: sampleFolder, file, signal });
    running.push(() => editor.close());
    return { address: editor.address };
  },
};

const send = (message: FromWorker): void => {
  if (process.connected) process.send?.(message);
};

const atWork = new Set<Promise<void>>();

async function run(name: string): Promise<void> {
  try {
    const step = steps[name];
    if (step === undefined) throw new Error(`there is no step ${name}`);
    send({ type: 'done', step: name, result: await step(progressOf(name)) });
  } catch (error) {
    send({ type: 'failed', step: name, message: error instanceof Error ? error.message : String(error) });
  }
}

/** Each thing is said once; of what takes long, every tenth of it. */
function progressOf(step: string): Progress {
  const last = new Map<string, string>();
  return {
    report({ machine, message, fraction = 0 }) {
      const tenths = Math.floor(fraction * 10);
      const line = [machine, tenths === 0 ? message : `${message} ${tenths * 10}%`]
        .filter((part) => part !== '')
        .join(': ');
      if (last.get(machine) === line) return;
      last.set(machine, line);
      send({ type: 'log', step, line });
    },
  };
}

async function end(): Promise<void> {
  if (signal.aborted) return;
  stop.abort(new Error('stopped'));
  // What is half made is taken back by who makes it.
  await Promise.all(atWork);
  for (const close of running.reverse()) {
    await close().catch((error: unknown) => logger.error('stop failed', { error }));
  }
  process.exit(0);
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'stop') {
    void end();
    return;
  }
  const work = run(message.step).finally(() => atWork.delete(work));
  atWork.add(work);
});
process.on('disconnect', () => void end());
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => void end());

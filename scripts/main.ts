// The main job: a cluster of three container nodes with the sample on it, and VS Code with the extension.
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import { createLogger } from '../src/base/logger.ts';
import { lineProgress } from '../src/cli/progress.ts';
import { createDetachedLauncher } from '../src/cluster/launchers/detached.ts';
import { defaultHome } from '../src/cluster/paths.ts';
import { desktopClusters } from '../src/desktop/clusters.ts';
import { systemProcesses } from '../src/host/processes.ts';
import { openNodeAdmin } from '../src/nodes/nodeAdmin.ts';
import { storeFiles } from '../src/storage/index.ts';
import { openEditor } from './vscode/openEditor.ts';
import { runSample } from './sample.ts';

const CLUSTER = 'dev';
const NODES = 3;

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = lineProgress(print, () => systemClock.now());
const logger = createLogger(print, { level: 'warn' });
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stop.abort(new Error('stopped')));

const home = defaultHome(process.env, os.homedir());
const clusters = desktopClusters({
  home,
  resources: path.join(root, 'resources'),
  dist,
  // The cluster outlives a window's reload: the windows attach to it.
  launcher: createDetachedLauncher({ entry: path.join(dist, 'controlPlaneWorker.cjs') }),
  openNodeAdmin,
  store: storeFiles(systemClock),
  clock: systemClock,
  logger,
});

/** Everything that is stopped at the end, last first. */
const running: (() => Promise<void>)[] = [];
let failed = false;
try {
  const known = (await clusters.names()).includes(CLUSTER);
  if (known) await clusters.start(CLUSTER, progress, stop.signal);
  else await clusters.create({ name: CLUSTER, machines: 'docker', nodes: NODES }, progress, stop.signal);
  running.push(() => clusters.stop(CLUSTER, new AbortController().signal));

  const { kubeconfig } = clusters.paths(CLUSTER);
  const sample = await runSample({
    clusters,
    cluster: CLUSTER,
    kubeconfig,
    folder: path.join(root, 'resources/sample'),
    processes: systemProcesses,
    progress,
    signal: stop.signal,
  });
  const editor = await openEditor({ root, folder: path.join(root, 'resources/sample'), signal: stop.signal });
  running.push(() => editor.close());

  print('');
  print(`Editor       ${editor.address}`);
  print(`Kubeconfig   ${kubeconfig}`);
  print(`Sample       ${sample.address}   (${sample.answer})`);
  print('');
  print('Try:');
  print(`  export KUBECONFIG=${kubeconfig}`);
  print('  kubectl get nodes,pods -o wide');
  print('  kubectl logs -f deployment/sample');
  print('  kubectl scale deployment/sample --replicas 6');
  print('');
  print('Ctrl-C stops everything; the cluster is kept, and the next npm start resumes it.');
  await new Promise<void>((resolve) => {
    if (stop.signal.aborted) resolve();
    stop.signal.addEventListener('abort', () => resolve(), { once: true });
  });
} catch (error) {
  if (!stop.signal.aborted) {
    failed = true;
    print(`npm start: ${error instanceof Error ? error.message : String(error)}`);
  }
} finally {
  if (running.length > 0) print('stopping');
  for (const end of running.reverse())
    await end().catch((error: unknown) => logger.warn('stop failed', { error }));
}
process.exit(failed ? 1 : 0);

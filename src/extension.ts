import { existsSync, watch } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { window, workspace, type ExtensionContext } from 'vscode';
import { systemClock } from './base/clock.ts';
import { toDisposable } from './base/disposable.ts';
import { createLogger } from './base/logger.ts';
import { Clusters } from './cluster/clusters.ts';
import { createDetachedLauncher } from './cluster/launchers/detached.ts';
import { createWorkerLauncher } from './cluster/launchers/worker.ts';
import { clustersFolder, defaultHome } from './cluster/paths.ts';
import { registerEditor } from './editor/activate.ts';
import { ClusterModel } from './editor/model/clusterModel.ts';
import { ClusterSession } from './editor/model/session.ts';
import { machineProviders } from './machineProviders.ts';
import { openNodeAdmin } from './nodes/nodeAdmin.ts';

/** The composition root of the extension: builds, wires, registers. */
export async function activate(context: ExtensionContext): Promise<{ readonly model: ClusterModel }> {
  const settings = workspace.getConfiguration('wheelhouse');
  const chosen = settings.get<string>('home', '');
  const home = chosen === '' ? defaultHome(process.env, os.homedir()) : chosen;
  const dist = path.join(context.extensionPath, 'dist');
  const clock = systemClock;
  const output = window.createOutputChannel('Wheelhouse');
  const logger = createLogger((line) => output.appendLine(line));

  const entry = path.join(dist, 'controlPlaneWorker.cjs');
  const launcher =
    settings.get<string>('controlPlane') === 'process'
      ? createDetachedLauncher({ entry })
      : createWorkerLauncher({ entry, owner: 'editor', onLog: (line) => output.appendLine(line) });
  const clusters = new Clusters({
    home,
    providers: machineProviders({ resources: path.join(context.extensionPath, 'resources'), home }),
    launcher,
    nodeAdmin: async (paths) => openNodeAdmin(await readFile(paths.kubeconfig, 'utf8'), clock),
    clock,
    logger,
    bootstrap: () => readFile(path.join(dist, 'bootstrap.mjs'), 'utf8'),
  });
  const model = new ClusterModel({
    clusters,
    openSession: async (cluster, paths) =>
      new ClusterSession({ cluster, kubeconfig: await readFile(paths.kubeconfig, 'utf8'), clock, logger }),
  });
  context.subscriptions.push(output, model, await watchClusters(home, () => void model.refresh()));
  registerEditor(context, { model, output, clock });

  await model.refresh();
  if (settings.get<boolean>('resume', true)) {
    model.resume().catch((error: unknown) => logger.warn('a cluster could not be resumed', { error }));
  }
  return { model };
}

/** Clusters that the command line or another window makes or deletes show up at once. */
async function watchClusters(home: string, onChange: () => void): Promise<{ dispose(): void }> {
  const folder = clustersFolder(home);
  if (!existsSync(folder)) await mkdir(folder, { recursive: true, mode: 0o700 });
  const watcher = watch(folder, onChange);
  return toDisposable(() => watcher.close());
}

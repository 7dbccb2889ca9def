import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { commands, env, window, workspace, type ExtensionContext } from 'vscode';
import { systemClock } from './base/clock.ts';
import { createLogger } from './base/logger.ts';
import { createChosenLauncher } from './cluster/launchers/chosen.ts';
import { createDetachedLauncher } from './cluster/launchers/detached.ts';
import { createWorkerLauncher } from './cluster/launchers/worker.ts';
import { chosenHome } from './cluster/paths.ts';
import { desktopClusters } from './desktop/clusters.ts';
import { hostFacts } from './desktop/facts.ts';
import { watchClusters } from './desktop/watchClusters.ts';
import { registerEditor } from './editor/activate.ts';
import { ClusterModel } from './editor/model/clusterModel.ts';
import { ClusterSession } from './editor/model/session.ts';
import { followProxySettings, proxySettings } from './editor/proxySettings.ts';
import type { ClusterTree } from './editor/tree/clusterTree.ts';
import { openNodeAdmin } from './nodes/nodeAdmin.ts';
import { storeFiles } from './storage/index.ts';

/** What the extension shows to others, tests among them. */
export interface ExtensionApi {
  readonly model: ClusterModel;
  readonly tree: ClusterTree;
}

/** The composition root of the extension: builds, wires, registers. */
export async function activate(context: ExtensionContext): Promise<ExtensionApi> {
  const settings = workspace.getConfiguration('wheelhouse');
  const home = chosenHome(settings.get<string>('home', ''), process.env, os.homedir());
  const dist = path.join(context.extensionPath, 'dist');
  const clock = systemClock;
  const output = window.createOutputChannel('Wheelhouse');
  const logger = createLogger((line) => output.appendLine(line));

  const entry = path.join(dist, 'controlPlaneWorker.cjs');
  const launcher = createChosenLauncher(
    {
      editor: createWorkerLauncher({ entry, owner: 'editor', onLog: (line) => output.appendLine(line) }),
      process: createDetachedLauncher({ entry }),
    },
    () =>
      workspace.getConfiguration('wheelhouse').get<string>('controlPlane') === 'process'
        ? 'process'
        : 'editor',
  );
  const resources = path.join(context.extensionPath, 'resources');
  const clusters = desktopClusters({
    home,
    resources,
    dist,
    launcher,
    openNodeAdmin,
    store: storeFiles(clock),
    appRoot: env.appRoot,
    proxySettings,
    debianMirror: () => workspace.getConfiguration('wheelhouse').get<string>('debianMirror', ''),
    clock,
    logger,
  });
  const model = new ClusterModel({
    clusters,
    clock,
    openSession: async (cluster, paths) =>
      new ClusterSession({ cluster, kubeconfig: await readFile(paths.kubeconfig, 'utf8'), clock, logger }),
  });
  context.subscriptions.push(
    output,
    model,
    await watchClusters(home, model),
    followProxySettings(model, logger),
  );
  const tree = registerEditor(context, { model, host: hostFacts(), output, clock, logger });

  context.subscriptions.push(
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('wheelhouse.home')) void offerReload();
    }),
  );

  // `npm start` opens an editor for a cluster that runs: it shows that first.
  if (process.env['WHEELHOUSE_SHOW_VIEW'] === '1') {
    void commands.executeCommand('workbench.view.extension.wheelhouse');
  }

  await model.refresh();
  if (settings.get<boolean>('resume', true)) {
    model.resume().catch((error: unknown) => logger.warn('a cluster could not be resumed', { error }));
  }
  return { model, tree };
}

/** Which clusters there are is read once, when the window opens. */
async function offerReload(): Promise<void> {
  const reload = 'Reload Window';
  const choice = await window.showInformationMessage(
    'Wheelhouse looks at the new home when the window is reloaded.',
    reload,
  );
  if (choice === reload) await commands.executeCommand('workbench.action.reloadWindow');
}

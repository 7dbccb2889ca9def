import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { commands, env, window, workspace, type ExtensionContext } from 'vscode';
import { systemClock } from './base/clock.ts';
import { createLogger } from './base/logger.ts';
import type { RunCommand } from './client/credentialPlugin.ts';
import { parseKubeconfig } from './client/kubeconfig.ts';
import { contextName } from './cluster/kubeconfig.ts';
import { createChosenLauncher } from './cluster/launchers/chosen.ts';
import { createDetachedLauncher } from './cluster/launchers/detached.ts';
import { createWorkerLauncher } from './cluster/launchers/worker.ts';
import { chosenHome } from './cluster/paths.ts';
import { desktopClusters } from './desktop/clusters.ts';
import { hostFacts } from './desktop/facts.ts';
import { userKubeconfig } from './desktop/userKubeconfig.ts';
import { watchClusters } from './desktop/watchClusters.ts';
import { registerEditor } from './editor/activate.ts';
import { ClusterModel } from './editor/model/clusterModel.ts';
import { connectContext } from './editor/model/connectContext.ts';
import { KubeContexts } from './editor/model/contexts.ts';
import { ClusterSession } from './editor/model/session.ts';
import { systemProcesses } from './host/processes.ts';
import { followProxySettings, proxySettings } from './editor/proxySettings.ts';
import type { ClusterTree } from './editor/tree/clusterTree.ts';
import { openNodeAdmin } from './nodes/nodeAdmin.ts';
import { storeFiles } from './storage/index.ts';

/** What the extension shows to others, tests among them. */
export interface ExtensionApi {
  readonly model: ClusterModel;
  readonly contexts: KubeContexts;
  readonly tree: ClusterTree;
  readonly contextTree: ClusterTree;
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
      editor: createWorkerLauncher({
        entry,
        clock,
        owner: 'editor',
        onLog: (line) => output.appendLine(line),
      }),
      process: createDetachedLauncher({ entry, clock }),
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
    imageMirror: () => workspace.getConfiguration('wheelhouse').get<string>('vagrant.imageMirror', ''),
    debianMirror: () => workspace.getConfiguration('wheelhouse').get<string>('debianMirror', ''),
    clock,
    logger,
  });
  const kubeconfig = userKubeconfig(settings.get<string>('kubeconfig', ''), process.env, os.homedir());
  const contexts: KubeContexts = new KubeContexts({
    read: () => kubeconfig.read(),
    connect: (name, read, signal) =>
      connectContext(
        name,
        read,
        { readFile: (file) => readFileSync(file, 'utf8'), run, clock, logger },
        signal,
      ),
    isHidden: ({ name }) => model.entries().some((entry) => contextName(entry.name) === name),
  });
  const model = new ClusterModel({
    clusters,
    contexts,
    clock,
    async openSession(cluster, paths) {
      const context = parseKubeconfig(await readFile(paths.kubeconfig, 'utf8'));
      const session = new ClusterSession({ cluster, context, own: true, clock, logger });
      // So that there is something to show at once.
      await session.served.read();
      return session;
    },
  });
  context.subscriptions.push(
    output,
    model,
    contexts,
    kubeconfig.watch(() => void contexts.refresh()),
    await watchClusters(home, model),
    followProxySettings(model, logger),
  );
  const trees = registerEditor(context, {
    model,
    contexts,
    kubeconfig,
    host: hostFacts(),
    output,
    clock,
    logger,
  });

  context.subscriptions.push(
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('wheelhouse.home')) void offerReload();
    }),
  );

  // `npm start` opens an editor for a cluster that runs: it shows that first.
  if (process.env['WHEELHOUSE_SHOW_VIEW'] === '1') {
    void commands.executeCommand('workbench.view.extension.wheelhouse');
  }

  await Promise.all([model.refresh(), contexts.refresh()]);
  if (settings.get<boolean>('resume', true)) {
    model.resume().catch((error: unknown) => logger.warn('a cluster could not be resumed', { error }));
  }
  return { model, contexts, ...trees };
}

/** A credential plugin of a kubeconfig, as the user has installed it. */
const run: RunCommand = async (command, args, env, signal) =>
  (await systemProcesses.run(command, args, { env, signal })).stdout;

/** Which clusters there are is read once, when the window opens. */
async function offerReload(): Promise<void> {
  const reload = 'Reload Window';
  const choice = await window.showInformationMessage(
    'Wheelhouse looks at the new home when the window is reloaded.',
    reload,
  );
  if (choice === reload) await commands.executeCommand('workbench.action.reloadWindow');
}

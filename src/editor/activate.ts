import { languages, window, workspace, type ExtensionContext, type OutputChannel } from 'vscode';
import type { Clock } from '../base/clock.ts';
import { registerCommands } from './commands/register.ts';
import { LIVE_SCHEME, LiveObjects } from './documents/liveObjects.ts';
import { ManifestLenses } from './documents/manifestLenses.ts';
import { Manifests } from './documents/manifests.ts';
import type { ClusterModel } from './model/clusterModel.ts';
import { createStatusBar } from './statusBar.ts';
import { ClusterTree } from './tree/clusterTree.ts';

/** Registers everything that the editor shows; all of it goes with the context's subscriptions. */
export function registerEditor(
  context: Pick<ExtensionContext, 'subscriptions'>,
  options: { readonly model: ClusterModel; readonly output: OutputChannel; readonly clock: Clock },
): void {
  const { model, output, clock } = options;
  const tree = new ClusterTree(model, clock);
  const liveObjects = new LiveObjects(model);
  const lenses = new ManifestLenses(model, clock);
  context.subscriptions.push(
    tree,
    window.createTreeView('wheelhouse.clusters', { treeDataProvider: tree, showCollapseAll: true }),
    liveObjects,
    workspace.registerTextDocumentContentProvider(LIVE_SCHEME, liveObjects),
    workspace.onDidCloseTextDocument((document) => {
      if (document.uri.scheme === LIVE_SCHEME) liveObjects.close(document.uri);
    }),
    lenses,
    languages.registerCodeLensProvider({ language: 'yaml', scheme: 'file' }, lenses),
    createStatusBar(model),
    registerCommands({ model, manifests: new Manifests(), liveObjects, output }),
  );
}

import {
  CodeActionKind,
  languages,
  window,
  workspace,
  type ExtensionContext,
  type OutputChannel,
} from 'vscode';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { createClusterView } from './clusterView.ts';
import type { HostFacts, OwnKubeconfig } from './commands/command.ts';
import { registerCommands } from './commands/register.ts';
import { createContextKeys } from './contextKeys.ts';
import { ManifestDiagnostics } from './documents/diagnostics.ts';
import { COMPARISON_SCHEME, Comparisons } from './documents/comparisons.ts';
import { MANIFEST_DOCUMENTS } from './documents/documents.ts';
import { LIVE_SCHEME, LiveObjects } from './documents/liveObjects.ts';
import { ManifestLenses } from './documents/manifestLenses.ts';
import { Manifests } from './documents/manifests.ts';
import { ParsedManifests } from './documents/parsedManifests.ts';
import { showFailure } from './failure.ts';
import { ManifestCompletions } from './language/completions.ts';
import { ManifestHovers } from './language/hovers.ts';
import { QuickFixes } from './language/quickFixes.ts';
import { MachineChecks } from './machineChecks.ts';
import type { ClusterModel } from './model/clusterModel.ts';
import type { KubeContexts } from './model/contexts.ts';
import { forEachSession } from './model/eachSession.ts';
import { MachineStates } from './model/machineStates.ts';
import { UnhealthyObjects } from './model/unhealthyObjects.ts';
import { Schemas } from './schema/schemas.ts';
import { createStatusBar } from './statusBar.ts';
import { ClusterTree } from './tree/clusterTree.ts';
import { clusterNodes } from './tree/nodes/cluster.ts';
import { contextNodes } from './tree/nodes/contexts.ts';

/** Registers everything that the editor shows; all of it goes with the context's subscriptions. */
export function registerEditor(
  context: Pick<ExtensionContext, 'subscriptions' | 'extensionUri'>,
  options: {
    readonly model: ClusterModel;
    readonly contexts: KubeContexts;
    readonly kubeconfig: OwnKubeconfig;
    readonly output: OutputChannel;
    readonly host: HostFacts;
    readonly clock: Clock;
    readonly logger: Logger;
  },
): { readonly tree: ClusterTree; readonly contextTree: ClusterTree } {
  const { model, contexts, kubeconfig, output, host, clock, logger } = options;
  const machines = new MachineStates(model.clusters);
  const world = { model, contexts, machines, clock };
  const tree = new ClusterTree({ ...world, roots: () => clusterNodes(world) });
  const contextTree = new ClusterTree({ ...world, roots: () => contextNodes(world) });
  const unhealthy = new UnhealthyObjects();
  const machineChecks = new MachineChecks(model);
  const liveObjects = new LiveObjects(model);
  const comparisons = new Comparisons();
  const parsed = new ParsedManifests();
  const schemas = new Schemas(clock);
  const lenses = new ManifestLenses(model, parsed, clock);
  const diagnostics = new ManifestDiagnostics({ model, parsed, schemas, clock, logger });
  context.subscriptions.push(
    tree,
    contextTree,
    window.createTreeView('wheelhouse.contexts', {
      treeDataProvider: contextTree,
      showCollapseAll: true,
      canSelectMany: true,
    }),
    unhealthy,
    machines,
    // Only clusters of this desktop are watched all the time.
    forEachSession(model, (session) => (session.own ? machines.follow(session) : NOTHING)),
    forEachSession(model, (session) => (session.own ? unhealthy.follow(session) : NOTHING)),
    createClusterView({ model, tree, unhealthy, machineChecks }),
    liveObjects,
    workspace.registerTextDocumentContentProvider(LIVE_SCHEME, liveObjects),
    workspace.registerTextDocumentContentProvider(COMPARISON_SCHEME, comparisons),
    workspace.onDidOpenTextDocument((document) => {
      if (document.uri.scheme === LIVE_SCHEME) liveObjects.open(document.uri);
    }),
    workspace.onDidCloseTextDocument((document) => {
      if (document.uri.scheme === LIVE_SCHEME) liveObjects.close(document.uri);
    }),
    lenses,
    languages.registerCodeLensProvider(MANIFEST_DOCUMENTS, lenses),
    diagnostics,
    languages.registerCompletionItemProvider(MANIFEST_DOCUMENTS, new ManifestCompletions(schemas, model)),
    languages.registerHoverProvider(MANIFEST_DOCUMENTS, new ManifestHovers(parsed, schemas, model)),
    languages.registerCodeActionsProvider(MANIFEST_DOCUMENTS, new QuickFixes(diagnostics, parsed), {
      providedCodeActionKinds: [CodeActionKind.QuickFix],
    }),
    createContextKeys(model, contexts),
    createStatusBar(model, unhealthy),
    model.onDidFail(({ cluster, error }) => showFailure(error, output, `Cluster ${cluster}`)),
    registerCommands({
      model,
      contexts,
      kubeconfig,
      manifests: new Manifests(),
      comparisons,
      liveObjects,
      machineChecks,
      host,
      output,
      clock,
      logger,
      extensionUri: context.extensionUri,
    }),
  );
  return { tree, contextTree };
}

const NOTHING: Disposable = { dispose: () => undefined };

import { CodeActionKind, languages, workspace, type ExtensionContext, type OutputChannel } from 'vscode';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { createClusterView } from './clusterView.ts';
import type { HostFacts } from './commands/command.ts';
import { registerCommands } from './commands/register.ts';
import { createContextKeys } from './contextKeys.ts';
import { ManifestDiagnostics } from './documents/diagnostics.ts';
import { MANIFEST_DOCUMENTS } from './documents/documents.ts';
import { LIVE_SCHEME, LiveObjects } from './documents/liveObjects.ts';
import { ManifestLenses } from './documents/manifestLenses.ts';
import { Manifests } from './documents/manifests.ts';
import { ParsedManifests } from './documents/parsedManifests.ts';
import { showFailure } from './failure.ts';
import { QuickFixes } from './language/quickFixes.ts';
import { MachineChecks } from './machineChecks.ts';
import type { ClusterModel } from './model/clusterModel.ts';
import { forEachSession } from './model/eachSession.ts';
import { MachineStates } from './model/machineStates.ts';
import { UnhealthyObjects } from './model/unhealthyObjects.ts';
import { Schemas } from './schema/schemas.ts';
import { createStatusBar } from './statusBar.ts';
import { ClusterTree } from './tree/clusterTree.ts';

/** Registers everything that the editor shows; all of it goes with the context's subscriptions. */
export function registerEditor(
  context: Pick<ExtensionContext, 'subscriptions' | 'extensionUri'>,
  options: {
    readonly model: ClusterModel;
    readonly output: OutputChannel;
    readonly host: HostFacts;
    readonly clock: Clock;
    readonly logger: Logger;
  },
): ClusterTree {
  const { model, output, host, clock, logger } = options;
  const machines = new MachineStates(model.clusters);
  const tree = new ClusterTree(model, machines, clock);
  const unhealthy = new UnhealthyObjects();
  const machineChecks = new MachineChecks(model);
  const liveObjects = new LiveObjects(model);
  const parsed = new ParsedManifests();
  const schemas = new Schemas(clock);
  const lenses = new ManifestLenses(model, parsed, clock);
  const diagnostics = new ManifestDiagnostics({ model, parsed, schemas, clock, logger });
  context.subscriptions.push(
    tree,
    unhealthy,
    machines,
    forEachSession(model, (session) => machines.follow(session)),
    forEachSession(model, (session) => unhealthy.follow(session)),
    createClusterView({ model, tree, unhealthy, machineChecks }),
    liveObjects,
    workspace.registerTextDocumentContentProvider(LIVE_SCHEME, liveObjects),
    workspace.onDidOpenTextDocument((document) => {
      if (document.uri.scheme === LIVE_SCHEME) liveObjects.open(document.uri);
    }),
    workspace.onDidCloseTextDocument((document) => {
      if (document.uri.scheme === LIVE_SCHEME) liveObjects.close(document.uri);
    }),
    lenses,
    languages.registerCodeLensProvider(MANIFEST_DOCUMENTS, lenses),
    diagnostics,
    languages.registerCodeActionsProvider(MANIFEST_DOCUMENTS, new QuickFixes(diagnostics, parsed), {
      providedCodeActionKinds: [CodeActionKind.QuickFix],
    }),
    createContextKeys(model),
    createStatusBar(model, unhealthy),
    model.onDidFail(({ cluster, error }) => showFailure(error, output, `Cluster ${cluster}`)),
    registerCommands({
      model,
      manifests: new Manifests(),
      liveObjects,
      machineChecks,
      host,
      output,
      clock,
      logger,
      extensionUri: context.extensionUri,
    }),
  );
  return tree;
}

import { window } from 'vscode';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { problemText, type MachineChecks } from './machineChecks.ts';
import type { ClusterModel } from './model/clusterModel.ts';
import type { UnhealthyObjects } from './model/unhealthyObjects.ts';
import type { ClusterTree } from './tree/clusterTree.ts';

/** The view around the tree: its badge counts what is not well, its message says where the engine is missing. */
export function createClusterView(options: {
  readonly model: ClusterModel;
  readonly tree: ClusterTree;
  readonly unhealthy: UnhealthyObjects;
  readonly machineChecks: MachineChecks;
}): Disposable {
  const { model, tree, unhealthy, machineChecks } = options;
  const store = new DisposableStore();
  const view = store.add(
    window.createTreeView('wheelhouse.clusters', {
      treeDataProvider: tree,
      showCollapseAll: true,
      canSelectMany: true,
    }),
  );
  const show = (): void => {
    view.badge =
      unhealthy.count === 0 ? undefined : { value: unhealthy.count, tooltip: unhealthy.describe() };
    // A view that is empty has a welcome text instead, which a message would hide.
    view.message =
      model.entries().length === 0 || machineChecks.engineProblems.length === 0
        ? ''
        : machineChecks.engineProblems.map(problemText).join(' ');
  };
  const look = (): void => void machineChecks.lookForEngine().then(show);
  store.add(model.onDidChange(show));
  store.add(unhealthy.onDidChange(show));
  store.add(view.onDidChangeVisibility(({ visible }) => visible && look()));
  if (view.visible) look();
  return store;
}

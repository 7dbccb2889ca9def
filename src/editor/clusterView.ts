import { window } from 'vscode';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { problemText, type Engine } from './engine.ts';
import type { ClusterModel } from './model/clusterModel.ts';
import type { Troubles } from './model/troubles.ts';
import type { ClusterTree } from './tree/clusterTree.ts';

/** The view around the tree: its badge counts what is not well, its message says where the engine is missing. */
export function createClusterView(options: {
  readonly model: ClusterModel;
  readonly tree: ClusterTree;
  readonly troubles: Troubles;
  readonly engine: Engine;
}): Disposable {
  const { model, tree, troubles, engine } = options;
  const store = new DisposableStore();
  const view = store.add(
    window.createTreeView('wheelhouse.clusters', { treeDataProvider: tree, showCollapseAll: true }),
  );
  const show = (): void => {
    view.badge = troubles.count === 0 ? undefined : { value: troubles.count, tooltip: troubles.describe() };
    // A view that is empty has a welcome text instead, which a message would hide.
    view.message =
      model.entries().length === 0 || engine.problems.length === 0
        ? ''
        : engine.problems.map(problemText).join(' ');
  };
  const look = (): void => void engine.look().then(show);
  store.add(model.onDidChange(show));
  store.add(troubles.onDidChange(show));
  store.add(view.onDidChangeVisibility(({ visible }) => visible && look()));
  if (view.visible) look();
  return store;
}

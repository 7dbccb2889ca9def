import { StatusBarAlignment, window } from 'vscode';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import type { ClusterModel } from './model/clusterModel.ts';

/** One item: how the clusters of this window stand. A click goes to the tree. */
export function createStatusBar(model: ClusterModel): Disposable {
  const store = new DisposableStore();
  const item = store.add(window.createStatusBarItem('wheelhouse.status', StatusBarAlignment.Left));
  item.name = 'Wheelhouse';
  item.command = 'wheelhouse.clusters.focus';
  const show = (): void => {
    const entries = model.entries();
    const busy = entries.find(({ state }) => state.phase === 'busy');
    const running = entries.filter(({ state }) => state.phase === 'running').map(({ name }) => name);
    if (busy?.state.phase === 'busy') {
      item.text = `$(loading~spin) ${busy.name}`;
      item.tooltip = busy.state.message;
    } else {
      item.text =
        running.length === 0
          ? '$(server-environment) no cluster'
          : `$(server-environment) ${running.join(', ')}`;
      item.tooltip =
        running.length === 0 ? 'No Kubernetes cluster is running' : 'Running Kubernetes clusters';
    }
    if (entries.length === 0) item.hide();
    else item.show();
  };
  store.add(model.onDidChange(show));
  show();
  return store;
}

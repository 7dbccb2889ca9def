import { StatusBarAlignment, window } from 'vscode';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import type { ClusterModel } from './model/clusterModel.ts';
import type { UnhealthyObjects } from './model/unhealthyObjects.ts';

/** One item: how the clusters of this window stand. A click goes to the tree. */
export function createStatusBar(model: ClusterModel, unhealthy: UnhealthyObjects): Disposable {
  const store = new DisposableStore();
  const item = store.add(window.createStatusBarItem('wheelhouse.status', StatusBarAlignment.Left));
  item.name = 'Wheelhouse';
  item.command = 'wheelhouse.clusters.focus';
  const show = (): void => {
    const entries = model.entries();
    const busy = entries.find(({ state }) => state.phase === 'busy');
    const running = entries.filter(({ state }) => state.phase === 'running');
    const names = running.map(({ name }) => name).join(', ');
    const down = entries.flatMap(({ name, state }) =>
      state.phase === 'stopped' && state.controlPlaneDown === true ? [name] : [],
    );
    const works = running.flatMap(({ work }) => work?.title ?? []);
    if (busy !== undefined) {
      item.text = `$(loading~spin) ${busy.name}`;
      item.tooltip = busy.work?.message ?? 'Starting';
    } else if (running.length === 0 && down.length > 0) {
      item.text = `$(warning) ${down.join(', ')}`;
      item.tooltip = 'Control plane down: start the cluster to bring it back';
    } else if (running.length === 0) {
      item.text = '$(server-environment) no cluster';
      item.tooltip = 'No Kubernetes cluster is running';
    } else if (works.length > 0) {
      // A cluster that is starting is not healthy yet, but that is no trouble.
      item.text = `$(loading~spin) ${names}`;
      item.tooltip = works.join(', ');
    } else {
      const wrong = unhealthy.describe();
      item.text = `$(server-environment) ${names}${wrong === '' ? '' : ` $(warning) ${unhealthy.count}`}`;
      item.tooltip = wrong === '' ? 'Running Kubernetes clusters' : wrong;
    }
    const shown = running.length > 0 ? names : down.length > 0 ? down.join(', ') : 'no cluster';
    item.accessibilityInformation = {
      label: `Kubernetes: ${busy?.name ?? shown}, ${item.tooltip}`,
    };
    if (entries.length === 0) item.hide();
    else item.show();
  };
  store.add(model.onDidChange(show));
  store.add(unhealthy.onDidChange(show));
  show();
  return store;
}

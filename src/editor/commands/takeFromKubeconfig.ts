import { window } from 'vscode';
import { contextName } from '../../cluster/kubeconfig.ts';
import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';

/** Takes a cluster of ours out of the user's own kubeconfig. The cluster itself stays as it is. */
export const takeFromKubeconfig: EditorCommand = {
  id: 'wheelhouse.takeFromKubeconfig',
  async run({ model, kubeconfig }, ...args) {
    const cluster = await pickCluster(model, args, { title: 'Remove from Kubeconfig' });
    if (cluster === undefined) return;
    const name = contextName(cluster);
    const found = await kubeconfig.take(name);
    const said = found
      ? `$(check) ${name} is no longer in your kubeconfig`
      : `${name} is not in your kubeconfig`;
    window.setStatusBarMessage(said, 8_000);
  },
};

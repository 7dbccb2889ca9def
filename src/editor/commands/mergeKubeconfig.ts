import { Uri, window, workspace } from 'vscode';
import { contextName } from '../../cluster/kubeconfig.ts';
import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';

const USE = 'Add and Use';
const ADD = 'Add Only';

/** Adds a cluster of ours to the user's own kubeconfig, as minikube and kind do, when it is asked for. */
export const mergeKubeconfig: EditorCommand = {
  id: 'wheelhouse.mergeKubeconfig',
  async run({ model, kubeconfig }, ...args) {
    const cluster = await pickCluster(model, args, { phases: ['running'], title: 'Add to Kubeconfig' });
    if (cluster === undefined) return;
    const choice = await window.showInformationMessage(
      `Add cluster ${cluster} to your own kubeconfig?`,
      {
        modal: true,
        detail: `It becomes the context ${contextName(cluster)}. "${USE}" makes it the one that kubectl uses when nothing else is said.`,
      },
      ADD,
      USE,
    );
    if (choice === undefined) return;
    const bytes = await workspace.fs.readFile(Uri.file(model.clusters.paths(cluster).kubeconfig));
    const file = await kubeconfig.merge(new TextDecoder().decode(bytes), choice === USE);
    window.setStatusBarMessage(`$(check) ${contextName(cluster)} is in ${file}`, 8_000);
  },
};

import { window } from 'vscode';
import type { EditorCommand } from './command.ts';
import { pickSession } from './pick.ts';

/** A terminal in which kubectl, Helm and others talk to the cluster, without touching the user's own kubeconfig. */
export const openKubeconfigTerminal: EditorCommand = {
  id: 'wheelhouse.openKubeconfigTerminal',
  async run({ model }, ...args) {
    const session = await pickSession(model, args, 'Open Terminal with Kubeconfig');
    if (session === undefined) return;
    const { kubeconfig } = model.clusters.paths(session.cluster);
    window
      .createTerminal({
        name: `kubectl ${session.cluster}`,
        env: { KUBECONFIG: kubeconfig },
        isTransient: true,
      })
      .show();
  },
};

import type { EditorCommand } from './command.ts';
import { pickContext } from './pickContext.ts';

/** Connects to the cluster of a context of the user's kubeconfig. */
export const connectContext: EditorCommand = {
  id: 'wheelhouse.connectContext',
  async run({ contexts }, ...args) {
    const name = await pickContext(contexts, args, 'Connect to Context', ['idle', 'failed']);
    if (name !== undefined) await contexts.connect(name);
  },
};

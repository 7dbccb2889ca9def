import type { EditorCommand } from './command.ts';
import { pickContext } from './pickContext.ts';

export const disconnectContext: EditorCommand = {
  id: 'wheelhouse.disconnectContext',
  async run({ contexts }, ...args) {
    const name = await pickContext(contexts, args, 'Disconnect from Context', ['connecting', 'connected']);
    if (name !== undefined) contexts.disconnect(name);
  },
};

import type { EditorCommand } from './command.ts';

/** Looks for clusters that came or went outside this window, and for the engine; objects need no refresh, they are watched. */
export const refresh: EditorCommand = {
  id: 'wheelhouse.refresh',
  async run({ model, contexts, machineChecks }) {
    await machineChecks.lookForEngine();
    await contexts.refresh();
    await model.refresh();
  },
};

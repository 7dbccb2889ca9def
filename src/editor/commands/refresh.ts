import type { EditorCommand } from './command.ts';

/** Looks for clusters that came or went outside this window; objects need no refresh, they are watched. */
export const refresh: EditorCommand = {
  id: 'wheelhouse.refresh',
  run: ({ model }) => model.refresh(),
};

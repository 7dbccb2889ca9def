import type { EditorCommand } from './command.ts';

export const showLog: EditorCommand = {
  id: 'wheelhouse.showLog',
  run({ output }) {
    output.show(true);
    return Promise.resolve();
  },
};

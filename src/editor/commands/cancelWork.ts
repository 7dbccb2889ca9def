import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';

/** Ends what is being done with a cluster; who does it says what that leaves. */
export const cancelWork: EditorCommand = {
  id: 'wheelhouse.cancelWork',
  async run({ model }, ...args) {
    const name = await pickCluster(model, args, { working: true, title: 'Cancel' });
    if (name !== undefined) model.entry(name)?.work?.cancel();
  },
};

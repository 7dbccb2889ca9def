import type { Action } from './action.ts';

/** Makes a damaged store whole by leaving out what is not. A whole one stays as it is. */
export const recoverStore: Action = {
  title: 'Looking for what is whole of the store',
  async run({ store, paths, progress }) {
    const recovery = await store.recover(paths.store);
    if (recovery === undefined) {
      progress.report({ machine: '', message: 'The store is whole' });
      return;
    }
    const { damaged, kept } = recovery;
    progress.report({ machine: '', message: `The damaged store is kept: ${kept}` });
    for (const key of damaged) {
      progress.report({ machine: '', message: `Lost, or as it was before: ${key}` });
    }
  },
};

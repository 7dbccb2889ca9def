import { removeAll } from '../../host/files.ts';
import { writeProfile } from '../profile.ts';
import type { Action } from './action.ts';

/** Writes the cluster's profile: from here on the cluster exists, and can be deleted. */
export const declare: Action = {
  title: 'Declaring the cluster',
  async run({ paths, profile }) {
    await writeProfile(paths.profile, profile);
  },
  async undo({ paths }) {
    await removeAll(paths.folder);
  },
};

import type { EditorCommand } from './command.ts';
import { startCluster } from './startCluster.ts';

/** What a suspended cluster's start is called: its nodes go on where they were. */
export const resumeCluster: EditorCommand = { ...startCluster, id: 'wheelhouse.resumeCluster' };

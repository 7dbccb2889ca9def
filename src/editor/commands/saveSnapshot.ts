import { window } from 'vscode';
import { checkSnapshotName } from '../../cluster/snapshots/snapshot.ts';
import { messageOf } from '../failure.ts';
import type { EditorCommand } from './command.ts';
import { pickCluster } from './pick.ts';
import { withProgress } from './progress.ts';

export const saveSnapshot: EditorCommand = {
  id: 'wheelhouse.saveSnapshot',
  async run(context, ...args) {
    const { model, clock } = context;
    const title = 'Save Snapshot';
    const cluster = await pickCluster(model, args, { phases: ['running'], can: 'snapshots', title });
    if (cluster === undefined) return;
    const taken = new Set(model.entry(cluster)?.traits?.snapshots.map(({ name }) => name));
    const name = await window.showInputBox({
      title: `${title} of ${cluster}`,
      prompt: 'Name of the snapshot. The cluster stands still for a moment while it is saved.',
      value: proposedName(new Date(clock.now())),
      validateInput: (value) => nameProblem(value.trim(), taken),
    });
    if (name === undefined) return;
    await withProgress(
      context,
      { title: `Saving snapshot ${name.trim()} of ${cluster}`, left: 'The cluster goes on as it was.' },
      (progress, signal) => model.saveSnapshot(cluster, name.trim(), progress, signal),
    );
  },
};

/** `2026-11-22-1430`, in the user's own time. */
function proposedName(now: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  return `${date}-${two(now.getHours())}${two(now.getMinutes())}`;
}

function nameProblem(name: string, taken: ReadonlySet<string>): string | undefined {
  if (taken.has(name)) return `There is a snapshot "${name}" already.`;
  try {
    checkSnapshotName(name);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

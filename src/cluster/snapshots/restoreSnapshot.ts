import { freeBytes } from '../../host/disk.ts';
import { fileBytes, fileExists } from '../../host/files.ts';
import { runActions, type Action, type ActionContext } from '../actions/action.ts';
import { recreateMachines } from '../actions/recreateMachines.ts';
import { startControlPlane } from '../actions/startControlPlane.ts';
import { waitForNodes } from '../actions/waitForNodes.ts';
import { ClusterError } from '../errors.ts';
import type { Machine } from '../machines/contract.ts';
import { bytesText } from '../nodeSize.ts';
import { onEach } from '../onEach.ts';
import { writeProfile } from '../profile.ts';
import { snapshotsOf } from './machineSnapshots.ts';
import { readSnapshot, snapshotPaths, type ClusterSnapshot } from './snapshot.ts';

/**
 * Puts the whole cluster back to a snapshot. Machines that it does not know are removed, those that are missing are
 * made again, and everybody who watches the API reads it again. Resolves when all nodes are Ready. Where it fails in
 * the middle, the cluster can be started, and the restore be repeated.
 */
export async function restoreSnapshot(context: ActionContext, name: string): Promise<void> {
  const { paths, provider, profile } = context;
  snapshotsOf(provider);
  const snapshot = await readSnapshot(paths, name);
  await checkSpace(context, name);
  await checkCopy(context, snapshot);
  const { kept, others } = await sortMachines(context, snapshot);
  try {
    await runActions([standStill, restoreMachines(kept, name), removeMachines(others)], context);
    await runActions([restoreStore(snapshot, kept)], context);
  } catch (error) {
    throw unfinished(
      error,
      `snapshot "${name}" was not restored`,
      `Machines may be back already while the cluster’s objects are as they were: restore again, or go on with wheelhouse start ${profile.name}.`,
    );
  }
  try {
    await runActions([startControlPlane, recreateMachines, waitForNodes()], context, { retain: true });
  } catch (error) {
    throw unfinished(
      error,
      `snapshot "${name}" is restored, but the cluster did not come up`,
      `Start it with wheelhouse start ${profile.name}. The control plane’s log is ${paths.log}.`,
    );
  }
}

/** Which machines the snapshot can put back, and which have nothing to do with it. */
async function sortMachines(
  { provider, profile }: ActionContext,
  snapshot: ClusterSnapshot,
): Promise<{ readonly kept: readonly Machine[]; readonly others: readonly Machine[] }> {
  const snapshots = snapshotsOf(provider);
  const known = new Set(snapshot.nodes.map((node) => node.name));
  const machines = await Promise.all(
    (await provider.list(profile.name)).map(async (machine) => ({
      machine,
      // A machine that was recreated since then has a known name, but nothing to be put back.
      keeps: known.has(machine.name) && (await snapshots.list(machine)).includes(snapshot.name),
    })),
  );
  const those = (keeps: boolean): readonly Machine[] =>
    machines.filter((entry) => entry.keeps === keeps).map(({ machine }) => machine);
  return { kept: those(true), others: those(false) };
}

const standStill: Action = {
  title: 'Stopping the control plane',
  run: ({ launcher, profile, paths }) => launcher.stop(profile, paths),
};

function restoreMachines(machines: readonly Machine[], name: string): Action {
  return {
    title: 'Putting the machines back',
    async run({ provider, progress, signal }) {
      const snapshots = snapshotsOf(provider);
      await onEach(machines, async (machine) => {
        progress.report({ machine: machine.name, message: 'Going back' });
        await snapshots.restore(machine, name, signal);
        progress.report({ machine: machine.name, message: 'Is back' });
      });
      signal.throwIfAborted();
    },
  };
}

function removeMachines(machines: readonly Machine[]): Action {
  return {
    title: 'Removing machines that came later',
    async run({ provider, progress, signal }) {
      await onEach(machines, async (machine) => {
        progress.report({ machine: machine.name, message: 'Is removed' });
        await provider.delete(machine, signal);
      });
      signal.throwIfAborted();
    },
  };
}

function restoreStore(snapshot: ClusterSnapshot, machines: readonly Machine[]): Action {
  return {
    title: 'Putting the cluster’s objects back',
    async run(context) {
      const { paths, store } = context;
      context.profile = { ...context.profile, nodes: snapshot.nodes };
      await store.restore(snapshotPaths(paths, snapshot.name).store, paths.store);
      await writeProfile(paths.profile, context.profile);
      // What the nodes told before that moment is in the store as if it were true.
      context.earlierReports = { woken: new Set(machines.map((machine) => machine.name)) };
    },
  };
}

/** Before anything is put back: half of a snapshot is of no use. */
async function checkCopy({ paths, store }: ActionContext, snapshot: ClusterSnapshot): Promise<void> {
  const copy = snapshotPaths(paths, snapshot.name).store;
  const problem = `snapshot "${snapshot.name}" is damaged: ${copy}`;
  const remedy = 'It can only be deleted; the cluster stays as it is.';
  if (!(await fileExists(copy))) throw new ClusterError(`${problem} is missing`, remedy);
  const revision = await store.revision(copy).catch((error: unknown) => {
    throw new ClusterError(`${problem} cannot be read`, remedy, error);
  });
  if (revision !== snapshot.revision) throw new ClusterError(`${problem} is not what was saved`, remedy);
}

/** The store is there three times for a moment: as it is, as it was, and as it becomes. */
async function checkSpace({ paths }: ActionContext, name: string): Promise<void> {
  const needed = 2 * (await fileBytes(snapshotPaths(paths, name).store));
  const free = await freeBytes(paths.folder);
  if (free === undefined || free >= needed) return;
  throw new ClusterError(
    `restoring needs ${bytesText(needed)}, and ${bytesText(free)} are free where ${paths.folder} is`,
    'Free some space first.',
  );
}

function unfinished(error: unknown, what: string, remedy: string): ClusterError {
  const why = error instanceof Error ? error.message : String(error);
  return new ClusterError(`${what}: ${why}`, remedy, error);
}

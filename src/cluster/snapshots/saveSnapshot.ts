import { freeBytes } from '../../host/disk.ts';
import { fileBytes, makeFolder, removeAll } from '../../host/files.ts';
import { runActions, type Action, type ActionContext } from '../actions/action.ts';
import { startControlPlane } from '../actions/startControlPlane.ts';
import { ClusterError } from '../errors.ts';
import type { Machine } from '../machines/contract.ts';
import { bytesText } from '../nodeSize.ts';
import { onEach } from '../onEach.ts';
import { removeHalfMade } from './deleteSnapshot.ts';
import { forgetMachineSnapshots, snapshotsOf } from './machineSnapshots.ts';
import {
  checkSnapshotName,
  readSnapshots,
  SNAPSHOT_FORMAT,
  snapshotPaths,
  writeSnapshot,
} from './snapshot.ts';

/**
 * Saves the whole cluster under a name. The control plane stands still meanwhile, so that nothing is decided between
 * the store's moment and the machines'; it runs again afterwards, also where this fails and leaves nothing.
 */
export async function saveSnapshot(context: ActionContext, name: string): Promise<void> {
  checkSnapshotName(name);
  const { paths, profile, provider } = context;
  snapshotsOf(provider);
  if ((await readSnapshots(paths)).some((snapshot) => snapshot.name === name)) {
    throw new ClusterError(
      `there is a snapshot "${name}" already`,
      `Choose another name, or delete it first: wheelhouse snapshot delete ${profile.name} ${name}.`,
    );
  }
  await removeHalfMade(context);
  const machines = await runningMachines(context);
  await checkFree(context, machines, name);
  await checkSpace(context);
  const saved: Saved = { revision: 0 };
  try {
    await runActions(
      [standStill, copyStore(name, saved), saveMachines(machines, name), note(name, saved)],
      context,
    );
  } catch (error) {
    context.signal.throwIfAborted();
    throw new ClusterError(
      `snapshot "${name}" was not saved: ${error instanceof Error ? error.message : String(error)}`,
      'The cluster goes on as it was.',
      error,
    );
  }
  await startControlPlane.run(context);
}

const standStill: Action = {
  title: 'Stopping the control plane for a moment',
  run: ({ launcher, profile, paths }) => launcher.stop(profile, paths),
  async undo({ launcher, profile, paths }) {
    await launcher.launch(profile, paths, new AbortController().signal);
  },
};

/** The objects as they are in the copy of the store. */
interface Saved {
  revision: number;
}

function copyStore(name: string, saved: Saved): Action {
  return {
    title: 'Saving the cluster’s objects',
    async run(context) {
      const { folder, store } = snapshotPaths(context.paths, name);
      await makeFolder(folder);
      saved.revision = await context.store.save(context.paths.store, store);
    },
    undo: ({ paths }) => removeAll(snapshotPaths(paths, name).folder),
  };
}

function saveMachines(machines: readonly Machine[], name: string): Action {
  return {
    title: 'Saving the machines',
    async run({ provider, progress, signal }) {
      const snapshots = snapshotsOf(provider);
      await onEach(machines, async (machine) => {
        progress.report({ machine: machine.name, message: 'Saving' });
        await snapshots.save(machine, name, signal);
        progress.report({ machine: machine.name, message: 'Saved' });
      });
      signal.throwIfAborted();
    },
    undo: ({ provider, profile }) => forgetMachineSnapshots(provider, profile.name, name),
  };
}

function note(name: string, saved: Readonly<Saved>): Action {
  return {
    title: 'Noting what belongs to it',
    run: (context) =>
      writeSnapshot(context.paths, {
        name,
        time: new Date(context.clock.now()).toISOString(),
        nodes: context.profile.nodes,
        revision: saved.revision,
        format: SNAPSHOT_FORMAT,
      }),
  };
}

/** A snapshot shows machines as they run: all of them must. */
async function runningMachines({ profile, provider }: ActionContext): Promise<readonly Machine[]> {
  const machines = await provider.list(profile.name);
  const running = profile.nodes.flatMap(({ name }) =>
    machines.filter((machine) => machine.name === name && machine.state === 'running'),
  );
  const there = new Set(running.map((machine) => machine.name));
  const down = profile.nodes.map((node) => node.name).filter((node) => !there.has(node));
  if (down.length === 0) return running;
  throw new ClusterError(
    `a snapshot needs all machines to run, and ${down.join(', ')} ${down.length === 1 ? 'does' : 'do'} not`,
    `Start the cluster first: wheelhouse start ${profile.name}.`,
  );
}

/** Machines may have snapshots that were made by hand: those are not ours to replace. */
async function checkFree(
  { provider }: ActionContext,
  machines: readonly Machine[],
  name: string,
): Promise<void> {
  const snapshots = snapshotsOf(provider);
  const lists = await Promise.all(
    machines.map(async (machine) => ((await snapshots.list(machine)).includes(name) ? [machine.name] : [])),
  );
  const taken = lists.flat();
  if (taken.length === 0) return;
  throw new ClusterError(
    `${taken.join(', ')} ${taken.length === 1 ? 'has' : 'have'} a snapshot "${name}" of another origin`,
    'Choose another name.',
  );
}

/** The store is copied, and machines are kept with their memory. */
async function checkSpace({ paths, profile }: ActionContext): Promise<void> {
  const memory = profile.nodes.reduce((sum, node) => sum + (node.memoryBytes ?? 0), 0);
  const needed = 2 * (await fileBytes(paths.store)) + memory;
  const free = await freeBytes(paths.folder);
  if (free === undefined || free >= needed) return;
  throw new ClusterError(
    `a snapshot may need ${bytesText(needed)}, and ${bytesText(free)} are free where ${paths.folder} is`,
    'Free some space, or delete a snapshot that is not needed any more.',
  );
}

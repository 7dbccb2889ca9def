import { adminOf, type Action, type ActionContext } from './action.ts';

/** Starts the control plane, or attaches to the one that runs. */
export const startControlPlane: Action = {
  title: 'Starting the control plane',
  async run(context) {
    await launch(context);
    announce(context);
  },
  undo: stop,
};

/**
 * The same for a cluster whose machines may be down: nobody is told of a control plane that shows them, and what ran on
 * them, as it was.
 */
export const resumeControlPlane: Action = {
  title: startControlPlane.title,
  async run(context) {
    await launch(context);
    await noteDownNodes(context);
    announce(context);
  },
  undo: stop,
};

/** For what leaves the control plane running also where it fails. */
export const needControlPlane: Action = {
  title: 'Looking for the control plane',
  run: (context) => startControlPlane.run(context),
};

async function launch(context: ActionContext): Promise<void> {
  context.controlPlane = await context.launcher.launch(context.profile, context.paths, context.signal);
}

function announce({ controlPlane, onAnswers, progress }: ActionContext): void {
  if (controlPlane === undefined) return;
  onAnswers?.(controlPlane);
  progress.report({ machine: '', message: `The API answers at ${controlPlane.server}` });
}

/** A machine that is paused goes on where it was, and what the API shows of it with it. */
async function noteDownNodes(context: ActionContext): Promise<void> {
  const { provider, profile } = context;
  const alive = new Set(
    (await provider.list(profile.name)).filter(({ state }) => state !== 'stopped').map(({ name }) => name),
  );
  const down = profile.nodes.map(({ name }) => name).filter((name) => !alive.has(name));
  if (down.length > 0) await (await adminOf(context)).noteDown(down);
}

async function stop({ launcher, profile, paths }: ActionContext): Promise<void> {
  await launcher.stop(profile, paths);
}

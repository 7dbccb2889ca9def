import type { Action } from './action.ts';

/** Starts the control plane, or attaches to the one that runs. */
export const startControlPlane: Action = {
  title: 'Starting the control plane',
  async run(context) {
    context.controlPlane = await context.launcher.launch(context.profile, context.paths, context.signal);
    context.onAnswers?.(context.controlPlane);
    context.progress.report({ machine: '', message: `The API answers at ${context.controlPlane.server}` });
  },
  async undo({ launcher, profile, paths }) {
    await launcher.stop(profile, paths);
  },
};

/** For what leaves the control plane running also where it fails. */
export const needControlPlane: Action = {
  title: 'Looking for the control plane',
  run: (context) => startControlPlane.run(context),
};

import { setField } from './setField.ts';

/** Rolls out the changes that were made while the rollout was paused. */
export const resumeRollout = setField('wheelhouse.resumeRollout', 'Resume Rollout', 'pause', {
  paused: false,
});

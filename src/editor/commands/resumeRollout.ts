import { setField } from './setField.ts';

/** What was changed while the rollout was paused is rolled out. */
export const resumeRollout = setField('wheelhouse.resumeRollout', 'Resume Rollout', 'pause', {
  paused: false,
});

import { setField } from './setField.ts';

/** Changes of the template make no new pods until the rollout is resumed. */
export const pauseRollout = setField('wheelhouse.pauseRollout', 'Pause Rollout', 'pause', { paused: true });

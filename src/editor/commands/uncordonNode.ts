import { setField } from './setField.ts';

/** The node takes pods again. */
export const uncordonNode = setField('wheelhouse.uncordonNode', 'Uncordon', 'cordon', {
  unschedulable: false,
});

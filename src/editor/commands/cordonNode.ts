import { setField } from './setField.ts';

/** The node takes no more pods; those that it has stay. */
export const cordonNode = setField('wheelhouse.cordonNode', 'Cordon', 'cordon', { unschedulable: true });

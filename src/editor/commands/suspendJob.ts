import { setField } from './setField.ts';

/** A CronJob makes no more jobs, a Job has no pods, until it is resumed. */
export const suspendJob = setField('wheelhouse.suspendJob', 'Suspend', 'suspend', { suspend: true });

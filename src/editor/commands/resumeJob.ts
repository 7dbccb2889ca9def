import { setField } from './setField.ts';

/** A CronJob makes jobs again, a Job has its pods. */
export const resumeJob = setField('wheelhouse.resumeJob', 'Resume', 'suspend', { suspend: false });

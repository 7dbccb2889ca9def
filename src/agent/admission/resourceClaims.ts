import type { PodAdmitHandler } from './contract.ts';

/** A pod that names its node itself has not met the scheduler, which waits for what is claimed. */
export const admitResourceClaims: PodAdmitHandler = ({ spec }) => {
  const [claim] = spec.resourceClaims ?? [];
  return claim === undefined
    ? undefined
    : {
        reason: 'UnexpectedAdmissionError',
        message: `Allocate failed due to resource claim "${claim.name}" not found, which is unexpected`,
      };
};

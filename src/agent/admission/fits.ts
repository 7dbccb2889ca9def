import { admitPod } from '../pods/admission.ts';
import type { PodAdmitHandler } from './contract.ts';

/** Resources and ports of the host. */
export const admitFitting: PodAdmitHandler = (pod, others, { allocatable }) =>
  admitPod(pod, others, allocatable);

import { matchesRequired } from '../../api/nodeSelector.ts';
import { type PodAdmitHandler, predicateFailed } from './contract.ts';

/** The scheduler has asked the same; a pod that names its node itself has not met it. */
export const admitNodeAffinity: PodAdmitHandler = (pod, _others, { node }) =>
  node === undefined || matchesRequired(pod, node)
    ? undefined
    : predicateFailed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");

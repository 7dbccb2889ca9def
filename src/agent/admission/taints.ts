import { untolerated } from '../../api/tolerations.ts';
import { type PodAdmitHandler, predicateFailed } from './contract.ts';

/** Only taints that would evict the pod again (NoExecute) keep it out here. */
export const admitTaints: PodAdmitHandler = ({ spec }, _others, { node }) =>
  untolerated(node?.spec.taints, spec.tolerations, ['NoExecute']) === undefined
    ? undefined
    : predicateFailed('TaintToleration', "node(s) had taints that the pod didn't tolerate");

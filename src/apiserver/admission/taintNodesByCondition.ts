import { nodes } from '../../api/resources.ts';
import type { Draft } from '../../api/meta.ts';
import type { Node } from '../../api/types.ts';
import type { AdmissionPlugin } from './contract.ts';
import { isAbout } from './refuse.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';

/**
 * Taints a new node: it gets no pods until the node lifecycle controller has seen it ready
 * (`plugin/pkg/admission/nodetaint`).
 */
export function taintNodesByCondition(): AdmissionPlugin {
  return {
    name: 'TaintNodesByCondition',
    handles: (attributes) => attributes.operation === 'CREATE' && isAbout(attributes, nodes),
    mutate({ object }) {
      const { spec } = object as unknown as Draft<Node>;
      const taints = spec.taints ?? [];
      if (taints.some((taint) => taint.key === NOT_READY && taint.effect === 'NoSchedule')) return;
      spec.taints = [...taints, { key: NOT_READY, effect: 'NoSchedule' }];
    },
  };
}

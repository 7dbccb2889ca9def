import { pods } from '../../api/resources.ts';
import type { Draft } from '../../api/meta.ts';
import type { Pod } from '../../api/types.ts';
import type { AdmissionPlugin } from './contract.ts';
import { isAbout } from './refuse.ts';

const SECONDS = 300;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Pods stay five minutes on a node that fails, unless they say otherwise (`plugin/pkg/admission/defaulttolerationseconds`). */
export function defaultTolerationSeconds(): AdmissionPlugin {
  return {
    name: 'DefaultTolerationSeconds',
    handles: (attributes) =>
      (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') && isAbout(attributes, pods),
    mutate({ object }) {
      const { spec } = object as unknown as Draft<Pod>;
      for (const key of TAINTS) {
        const tolerations = spec.tolerations ?? [];
        const tolerated = tolerations.some(
          (toleration) =>
            (toleration.key === key || !toleration.key) &&
            (toleration.effect === 'NoExecute' || !toleration.effect),
        );
        if (tolerated) continue;
        const added = { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS };
        spec.tolerations = [...tolerations, added];
      }
    },
  };
}

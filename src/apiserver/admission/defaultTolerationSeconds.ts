import { freezeJson } from '../../api/freeze.ts';
import { pods } from '../../api/resources.ts';
import type { Draft } from '../../api/meta.ts';
import type { Pod } from '../../api/types.ts';
import type { AdmissionPlugin } from './contract.ts';
import { isAbout } from './refuse.ts';

const SECONDS = 300;
/** All pods share these objects. */
const TOLERATIONS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) =>
  freezeJson({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }),
);

/**
 * Lets pods stay five minutes on a node that fails, unless they set another time
 * (`plugin/pkg/admission/defaulttolerationseconds`).
 */
export function defaultTolerationSeconds(): AdmissionPlugin {
  return {
    name: 'DefaultTolerationSeconds',
    handles: (attributes) =>
      (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') && isAbout(attributes, pods),
    mutate({ object }) {
      const { spec } = object as unknown as Draft<Pod>;
      for (const added of TOLERATIONS) {
        const tolerations = spec.tolerations ?? [];
        const tolerated = tolerations.some(
          (toleration) =>
            (toleration.key === added.key || !toleration.key) &&
            (toleration.effect === 'NoExecute' || !toleration.effect),
        );
        if (tolerated) continue;
        spec.tolerations = [...tolerations, added];
      }
    },
  };
}

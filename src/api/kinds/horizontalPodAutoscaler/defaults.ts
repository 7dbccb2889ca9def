import type { Incomplete } from '../../fields/unchecked.ts';
import type { Draft } from '../../meta.ts';
import type { HorizontalPodAutoscaler } from '../../types.ts';

type Spec = Incomplete<HorizontalPodAutoscaler['spec']>;
type Rules = NonNullable<NonNullable<Spec['behavior']>['scaleUp']>;

const CPU_UTILIZATION = 80;
const PERIOD_SECONDS = 15;

const scaleUp = (): Rules => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: PERIOD_SECONDS },
    { type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS },
  ],
});
/** How long to wait before scaling down is the controller's to say. */
const scaleDown = (): Rules => ({
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS }],
});

/** autoscaling/v2 `SetDefaults_HorizontalPodAutoscaler`. */
export function setAutoscalerDefaults(draft: Draft<HorizontalPodAutoscaler>): void {
  const incomplete: { spec?: Spec } = draft;
  const spec = (incomplete.spec ??= {});
  spec.scaleTargetRef ??= {};
  spec.minReplicas ??= 1;
  if ((spec.metrics ?? []).length === 0) {
    const target = { type: 'Utilization', averageUtilization: CPU_UTILIZATION };
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  const { behavior } = spec;
  if (behavior === undefined) return;
  behavior.scaleUp = { ...scaleUp(), ...behavior.scaleUp };
  behavior.scaleDown = { ...scaleDown(), ...behavior.scaleDown };
}

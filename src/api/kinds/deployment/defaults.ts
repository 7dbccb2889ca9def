import type { Draft } from '../../meta.ts';
import type { Deployment } from '../../types.ts';
import type { Incomplete } from '../../fields/unchecked.ts';
import { setPodTemplateDefaults } from '../../podSpec/defaults.ts';
import { dropZeros } from '../../fields/zeros.ts';

/** apps/v1 `SetDefaults_Deployment`. */
export function setDeploymentDefaults(draft: Draft<Deployment>): void {
  const incomplete: { spec?: Incomplete<Deployment['spec']> } = draft;
  const spec = (incomplete.spec ??= {});
  dropZeros(spec, ['minReadySeconds', 'paused']);
  spec.replicas ??= 1;
  const strategy = (spec.strategy ??= {});
  if (!strategy.type) strategy.type = 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    strategy.rollingUpdate.maxUnavailable ??= '25%';
    strategy.rollingUpdate.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  if (spec.template !== undefined) setPodTemplateDefaults(spec.template);
}

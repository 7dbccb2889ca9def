import type { Draft } from '../../meta.ts';
import type { DaemonSet } from '../../types.ts';
import type { Incomplete } from '../../fields/unchecked.ts';
import { setPodTemplateDefaults } from '../../podSpec/defaults.ts';
import { dropZeros } from '../../fields/zeros.ts';

/** apps/v1 `SetDefaults_DaemonSet`. */
export function setDaemonSetDefaults(draft: Draft<DaemonSet>): void {
  const incomplete: { spec?: Incomplete<DaemonSet['spec']> } = draft;
  const spec = (incomplete.spec ??= {});
  dropZeros(spec, ['minReadySeconds']);
  const strategy = (spec.updateStrategy ??= {});
  if (!strategy.type) strategy.type = 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {});
    rolling.maxUnavailable ??= 1;
    rolling.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  if (spec.template !== undefined) setPodTemplateDefaults(spec.template);
}

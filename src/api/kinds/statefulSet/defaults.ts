import type { Draft } from '../../meta.ts';
import type { StatefulSet } from '../../types.ts';
import type { Incomplete } from '../../fields/unchecked.ts';
import { setPodTemplateDefaults } from '../../podSpec/defaults.ts';
import { setClaimDefaults } from '../persistentVolumeClaim/defaults.ts';
import { dropZeros } from '../../fields/zeros.ts';

type Spec = Incomplete<StatefulSet['spec']>;

/** apps/v1 `SetDefaults_StatefulSet`. */
export function setStatefulSetDefaults(draft: Draft<StatefulSet>): void {
  const incomplete: { spec?: Spec } = draft;
  const spec = (incomplete.spec ??= {});
  dropZeros(spec, ['minReadySeconds']);
  if (!spec.podManagementPolicy) spec.podManagementPolicy = 'OrderedReady';
  const strategy = (spec.updateStrategy ??= {});
  if (!strategy.type) strategy.type = 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {});
    rolling.partition ??= 0;
    rolling.maxUnavailable ??= 1;
  }
  const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {});
  if (!retention.whenDeleted) retention.whenDeleted = 'Retain';
  if (!retention.whenScaled) retention.whenScaled = 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  if (spec.template !== undefined) setPodTemplateDefaults(spec.template);
  for (const claim of spec.volumeClaimTemplates ?? []) setClaimTemplateDefaults(claim);
}

/** A claim's own defaults, and its type, which upstream's conversion writes into the template. */
function setClaimTemplateDefaults(claim: NonNullable<Spec['volumeClaimTemplates']>[number]): void {
  if (!claim.apiVersion) claim.apiVersion = 'v1';
  if (!claim.kind) claim.kind = 'PersistentVolumeClaim';
  setClaimDefaults(claim);
}

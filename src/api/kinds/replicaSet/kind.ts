import { setPodTemplateDefaults } from '../../podSpec/defaults.ts';
import { dropZeros } from '../../fields/zeros.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { replicaSets } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import { formatLabelSelector } from '../../labels.ts';
import type { ReplicaSet } from '../../types.ts';
import type { Incomplete } from '../../fields/unchecked.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { field } from '../../fields/fieldErrors.ts';
import { validateReplicaCounts, validateWorkload } from '../../podSpec/workload.ts';
import { ageColumn, column, containerColumns, nameColumn, wideColumn } from '../../columns.ts';
import { workloadWarnings } from '../../podSpec/warnings/workload.ts';

export const replicaSet: Kind = defineKind<ReplicaSet>({
  resource: replicaSets,
  schema: builtIn('V1ReplicaSet'),
  shortNames: ['rs'],
  categories: ['all'],
  hasGeneration: true,
  setDefaults(draft) {
    const incomplete: { spec?: Incomplete<ReplicaSet['spec']> } = draft;
    const spec = (incomplete.spec ??= {});
    dropZeros(spec, ['minReadySeconds']);
    spec.replicas ??= 1;
    if (spec.template !== undefined) setPodTemplateDefaults(spec.template);
  },
  prepareForCreate(draft) {
    draft.status = { replicas: 0 };
  },
  validate(object) {
    return validateWorkload(object.spec, 'ReplicaSet', field('spec'));
  },
  validateUpdate(object, old) {
    return immutableField(object.spec.selector, old.spec.selector, field('spec', 'selector'));
  },
  status: {
    validateUpdate: (object) => validateReplicaCounts(object.status ?? {}, field('status')),
  },
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: 'spec.selector',
  },
  selectableFields: (object) => ({ 'status.replicas': String(object.status?.replicas ?? 0) }),
  warnings: workloadWarnings,
  columns: [
    nameColumn,
    column('Desired', 'integer', 'Pods wanted.', (o) => o.spec.replicas ?? 0),
    column('Current', 'integer', 'Pods that there are.', (o) => o.status?.replicas ?? 0),
    column('Ready', 'integer', 'Pods that are ready.', (o) => o.status?.readyReplicas ?? 0),
    ageColumn,
    ...containerColumns<ReplicaSet>((o) => o.spec.template?.spec?.containers ?? []),
    wideColumn('Selector', 'string', 'Which pods are its own.', (o) => formatLabelSelector(o.spec.selector)),
  ],
});

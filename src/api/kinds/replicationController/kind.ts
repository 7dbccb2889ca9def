import { ageColumn, column, containerColumns, nameColumn, wideColumn } from '../../columns.ts';
import { type FieldError, field, type FieldPath, required } from '../../fields/fieldErrors.ts';
import type { Incomplete, Unchecked } from '../../fields/unchecked.ts';
import { dropZeros } from '../../fields/zeros.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { formatLabels } from '../../labels.ts';
import { nonNegative } from '../../metadata/metadata.ts';
import { setPodTemplateDefaults } from '../../podSpec/defaults.ts';
import { validatePodTemplate } from '../../podSpec/podTemplate.ts';
import { matchesTemplate, validateLastingPods, validateReplicaCounts } from '../../podSpec/workload.ts';
import { replicationControllers } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ReplicationController } from '../../types.ts';
import { workloadWarnings } from '../../podSpec/warnings/workload.ts';

type Spec = Unchecked<ReplicationController['spec']>;

export const replicationController: Kind = defineKind<ReplicationController>({
  resource: replicationControllers,
  schema: builtIn('V1ReplicationController'),
  shortNames: ['rc'],
  categories: ['all'],
  hasGeneration: true,
  /** core/v1 `SetDefaults_ReplicationController`: the template's labels serve where others are missing. */
  setDefaults(draft) {
    const incomplete: { spec?: Incomplete<ReplicationController['spec']> } = draft;
    const spec = (incomplete.spec ??= {});
    dropZeros(spec, ['minReadySeconds']);
    spec.replicas ??= 1;
    const labels = spec.template?.metadata?.labels;
    if (labels !== undefined) {
      if (isEmpty(spec.selector)) spec.selector = { ...labels };
      if (isEmpty(draft.metadata.labels)) draft.metadata.labels = { ...labels } as Record<string, string>;
    }
    if (spec.template !== undefined) setPodTemplateDefaults(spec.template);
  },
  prepareForCreate(draft) {
    draft.status = { replicas: 0 };
  },
  validate: ({ spec }) => validateSpec(spec, field('spec')),
  status: {
    validateUpdate: (object) => validateReplicaCounts(object.status ?? {}, field('status')),
  },
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: 'spec.selector',
    selectorIsMap: true,
  },
  selectableFields: (object) => ({ 'status.replicas': String(object.status?.replicas ?? 0) }),
  warnings: workloadWarnings,
  columns: [
    nameColumn,
    column('Desired', 'integer', 'Pods wanted.', (o) => o.spec.replicas ?? 0),
    column('Current', 'integer', 'Pods that there are.', (o) => o.status?.replicas ?? 0),
    column('Ready', 'integer', 'Pods that are ready.', (o) => o.status?.readyReplicas ?? 0),
    ageColumn,
    ...containerColumns<ReplicationController>((o) => o.spec.template?.spec?.containers ?? []),
    wideColumn('Selector', 'string', 'Which pods are its own.', (o) => formatLabels(o.spec.selector)),
  ],
});

/** core validation `ValidateReplicationControllerSpec`. */
function validateSpec(spec: Spec, path: FieldPath): FieldError[] {
  const { selector, template } = spec;
  const at = path.child('template');
  const errors = [
    ...nonNegative(spec.minReadySeconds, path.child('minReadySeconds')),
    ...(isEmpty(selector) ? [required(path.child('selector'))] : []),
    ...nonNegative(spec.replicas, path.child('replicas')),
  ];
  if (template === undefined) return [...errors, required(at)];
  return [
    ...errors,
    ...(isEmpty(selector) ? [] : matchesTemplate({ matchLabels: selector ?? {} }, template, at)),
    ...validatePodTemplate(template, at),
    ...validateLastingPods(template, 'ReplicationController', at),
  ];
}

const isEmpty = (map: object | undefined): boolean => map === undefined || Object.keys(map).length === 0;

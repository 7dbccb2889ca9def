import { ageColumn, column, containerColumns, nameColumn } from '../../columns.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { statefulSets } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { StatefulSet } from '../../types.ts';
import { setStatefulSetDefaults } from './defaults.ts';
import { validateStatefulSet, validateStatefulSetStatus, validateStatefulSetUpdate } from './validation.ts';
import { statefulSetWarnings } from './warnings.ts';

export const statefulSet: Kind = defineKind<StatefulSet>({
  resource: statefulSets,
  schema: builtIn('V1StatefulSet'),
  shortNames: ['sts'],
  categories: ['all'],
  hasGeneration: true,
  setDefaults: setStatefulSetDefaults,
  prepareForCreate(draft) {
    draft.status = { replicas: 0 };
  },
  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
  status: { validateUpdate: validateStatefulSetStatus },
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: 'spec.selector',
  },
  warnings: statefulSetWarnings,
  columns: [
    nameColumn,
    column(
      'Ready',
      'string',
      'Pods that are ready, of those wanted.',
      (o) => `${o.status?.readyReplicas ?? 0}/${o.spec.replicas ?? 0}`,
    ),
    ageColumn,
    ...containerColumns<StatefulSet>((o) => o.spec.template.spec?.containers ?? []),
  ],
});

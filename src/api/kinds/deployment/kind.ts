import { setDeploymentDefaults } from './defaults.ts';
import { field } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { deployments } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import { formatLabelSelector } from '../../labels.ts';
import type { Deployment } from '../../types.ts';
import { validateDeployment, validateDeploymentStatus } from './validation.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { ageColumn, column, containerColumns, nameColumn, wideColumn } from '../../columns.ts';
import { workloadWarnings } from '../../podSpec/warnings/workload.ts';

export const deployment: Kind = defineKind<Deployment>({
  resource: deployments,
  schema: builtIn('V1Deployment'),
  shortNames: ['deploy'],
  categories: ['all'],
  hasGeneration: true,
  setDefaults: setDeploymentDefaults,
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate: validateDeployment,
  validateUpdate: (object, old) =>
    immutableField(object.spec.selector, old.spec.selector, field('spec', 'selector')),
  status: {
    validateUpdate: validateDeploymentStatus,
  },
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: 'spec.selector',
  },
  warnings: workloadWarnings,
  columns: [
    nameColumn,
    column(
      'Ready',
      'string',
      'Pods that are ready, of those wanted.',
      (o) => `${o.status?.readyReplicas ?? 0}/${o.spec.replicas ?? 0}`,
    ),
    column('Up-to-date', 'string', 'Pods of the current template.', (o) => o.status?.updatedReplicas ?? 0),
    column('Available', 'string', 'Pods ready for long enough.', (o) => o.status?.availableReplicas ?? 0),
    ageColumn,
    ...containerColumns<Deployment>((o) => o.spec.template.spec?.containers ?? []),
    wideColumn('Selector', 'string', 'Which pods are its own.', (o) => formatLabelSelector(o.spec.selector)),
  ],
});

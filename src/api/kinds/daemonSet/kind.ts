import { ageColumn, column, containerColumns, nameColumn, NONE, wideColumn } from '../../columns.ts';
import { equal } from '../../fields/equal.ts';
import { field } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { formatLabels, formatLabelSelector } from '../../labels.ts';
import type { Draft } from '../../meta.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { daemonSets } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { DaemonSet } from '../../types.ts';
import { setDaemonSetDefaults } from './defaults.ts';
import { validateDaemonSet, validateDaemonSetStatus } from './validation.ts';
import { templateWarnings } from '../../podSpec/warnings/workload.ts';

/** How often the template has changed: a field of extensions/v1beta1 that lives on as an annotation. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const generationOf = (object: { readonly metadata: { readonly annotations?: object } }): number =>
  Number((object.metadata.annotations as Record<string, string> | undefined)?.[TEMPLATE_GENERATION] ?? 0) ||
  0;

function setGeneration(draft: Draft<DaemonSet>, generation: number): void {
  draft.metadata.annotations = {
    ...draft.metadata.annotations,
    [TEMPLATE_GENERATION]: String(generation),
  };
}

export const daemonSet: Kind = defineKind<DaemonSet>({
  resource: daemonSets,
  schema: builtIn('V1DaemonSet'),
  shortNames: ['ds'],
  categories: ['all'],
  hasGeneration: true,
  setDefaults: setDaemonSetDefaults,
  prepareForCreate(draft) {
    draft.status = {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    };
    setGeneration(draft, 1);
  },
  prepareForUpdate(draft, old) {
    draft.status = old.status as NonNullable<Draft<DaemonSet>['status']>;
    const changed = !equal(draft.spec.template, old.spec.template);
    setGeneration(draft, generationOf(old) + (changed ? 1 : 0));
  },
  validate: validateDaemonSet,
  validateUpdate: (object, old) =>
    immutableField(object.spec.selector, old.spec.selector, field('spec', 'selector')),
  status: { validateUpdate: validateDaemonSetStatus },
  warnings: templateWarnings,
  columns: [
    nameColumn,
    column(
      'Desired',
      'integer',
      'Nodes that should run a pod.',
      (o) => o.status?.desiredNumberScheduled ?? 0,
    ),
    column('Current', 'integer', 'Nodes that have a pod.', (o) => o.status?.currentNumberScheduled ?? 0),
    column('Ready', 'integer', 'Nodes whose pod is ready.', (o) => o.status?.numberReady ?? 0),
    column(
      'Up-to-date',
      'integer',
      'Pods of the current template.',
      (o) => o.status?.updatedNumberScheduled ?? 0,
    ),
    column('Available', 'integer', 'Pods ready for long enough.', (o) => o.status?.numberAvailable ?? 0),
    column(
      'Node Selector',
      'string',
      'Labels of the nodes that it is for.',
      (o) => formatLabels(o.spec.template.spec?.nodeSelector) || NONE,
    ),
    ageColumn,
    ...containerColumns<DaemonSet>((o) => o.spec.template.spec?.containers ?? []),
    wideColumn('Selector', 'string', 'Which pods are its own.', (o) => formatLabelSelector(o.spec.selector)),
  ],
});

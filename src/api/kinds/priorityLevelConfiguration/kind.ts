import { ageColumn, column, nameColumn, NONE } from '../../columns.ts';
import type { Incomplete } from '../../fields/unchecked.ts';
import { validateFlowStatus } from '../../flowControl/conditions.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { priorityLevelConfigurations } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { PriorityLevelConfiguration } from '../../types.ts';
import { validatePriorityLevel } from './validation.ts';

type Spec = Incomplete<PriorityLevelConfiguration['spec']>;

/** How many requests are worked off at a time, and what the others do meanwhile. */
export const priorityLevelConfiguration: Kind = defineKind<PriorityLevelConfiguration>({
  resource: priorityLevelConfigurations,
  schema: builtIn('V1PriorityLevelConfiguration'),
  hasGeneration: true,
  /** flowcontrol/v1 `defaults.go`. */
  setDefaults(draft) {
    const incomplete: { spec?: Spec } = draft;
    const spec = (incomplete.spec ??= {});
    if (spec.type === 'Exempt' && spec.limited === undefined) spec.exempt ??= {};
    if (spec.exempt !== undefined) {
      spec.exempt.nominalConcurrencyShares ??= 0;
      spec.exempt.lendablePercent ??= 0;
    }
    const { limited } = spec;
    if (limited === undefined) return;
    limited.nominalConcurrencyShares ??= 30;
    limited.lendablePercent ??= 0;
    const queuing = limited.limitResponse?.queuing;
    if (queuing === undefined) return;
    for (const [name, value] of [
      ['handSize', 8],
      ['queues', 64],
      ['queueLengthLimit', 50],
    ] as const) {
      if ((queuing[name] ?? 0) === 0) queuing[name] = value;
    }
  },
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate: validatePriorityLevel,
  status: { validateUpdate: ({ status }) => validateFlowStatus(status) },
  columns: [
    nameColumn,
    column('Type', 'string', 'Whether its requests are limited.', (o) => specOf(o).type ?? ''),
    column('NominalConcurrencyShares', 'string', 'Its share of what is worked off at a time.', (o) =>
      orNone(specOf(o).limited?.nominalConcurrencyShares),
    ),
    column('Queues', 'string', 'How many queues there are.', (o) => orNone(queuingOf(o)?.queues)),
    column('HandSize', 'string', 'From how many queues a flow may choose.', (o) =>
      orNone(queuingOf(o)?.handSize),
    ),
    column('QueueLengthLimit', 'string', 'How long a queue gets.', (o) =>
      orNone(queuingOf(o)?.queueLengthLimit),
    ),
    ageColumn,
  ],
});

const specOf = ({ spec }: PriorityLevelConfiguration): Spec => spec;
const queuingOf = (
  object: PriorityLevelConfiguration,
): NonNullable<NonNullable<Spec['limited']>['limitResponse']>['queuing'] =>
  specOf(object).limited?.limitResponse?.queuing;
const orNone = (value: number | undefined): number | string => value ?? NONE;

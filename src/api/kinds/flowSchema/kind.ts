import { ageColumn, column, nameColumn, NONE } from '../../columns.ts';
import { dropZeros } from '../../fields/zeros.ts';
import { validateFlowStatus } from '../../flowControl/conditions.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { flowSchemas } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { FlowSchema } from '../../types.ts';
import { validateFlowSchema } from './validation.ts';

const DEFAULT_PRECEDENCE = 1000;

/** Which requests go into which priority level. */
export const flowSchema: Kind = defineKind<FlowSchema>({
  resource: flowSchemas,
  schema: builtIn('V1FlowSchema'),
  hasGeneration: true,
  setDefaults(draft) {
    const incomplete: { spec?: Partial<typeof draft.spec> } = draft;
    const spec = (incomplete.spec ??= {});
    if ((spec.matchingPrecedence ?? 0) === 0) spec.matchingPrecedence = DEFAULT_PRECEDENCE;
    for (const rule of spec.rules ?? []) {
      for (const one of rule.resourceRules ?? []) dropZeros(one, ['clusterScope']);
    }
  },
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate: validateFlowSchema,
  status: { validateUpdate: ({ status }) => validateFlowStatus(status) },
  columns: [
    nameColumn,
    column('PriorityLevel', 'string', 'Level that its requests go into.', levelOf),
    column(
      'MatchingPrecedence',
      'integer',
      'Of several that match, the lowest counts.',
      ({ spec }) => spec.matchingPrecedence ?? DEFAULT_PRECEDENCE,
    ),
    column('DistinguisherMethod', 'string', 'What makes requests of one flow.', methodOf),
    ageColumn,
    column(
      'MissingPL',
      'string',
      'Whether its level is not there.',
      (o) => o.status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
    ),
  ],
});

function levelOf({ spec }: FlowSchema): string {
  const { priorityLevelConfiguration: level } = spec as Partial<typeof spec>;
  return (level as Partial<NonNullable<typeof level>> | undefined)?.name ?? '';
}

function methodOf({ spec: { distinguisherMethod: method } }: FlowSchema): string {
  return (method as Partial<NonNullable<typeof method>> | undefined)?.type ?? NONE;
}

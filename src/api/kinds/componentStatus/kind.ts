import { column, nameColumn } from '../../columns.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { componentStatuses } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ComponentStatus } from '../../types.ts';

/** How parts of the control plane are: asked when somebody reads it, and never stored. */
export const componentStatus: Kind = defineKind<ComponentStatus>({
  resource: componentStatuses,
  schema: builtIn('V1ComponentStatus'),
  shortNames: ['cs'],
  verbs: ['get', 'list'],
  stored: false,
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  validate: () => [],
  columns: [
    nameColumn,
    column('Status', 'string', 'Whether it is well.', (o) => {
      const healthy = healthOf(o);
      return healthy?.status === 'True' ? 'Healthy' : healthy?.status === 'False' ? 'Unhealthy' : 'Unknown';
    }),
    column('Message', 'string', 'What it says of itself.', (o) => healthOf(o)?.message ?? ''),
    column('Error', 'string', 'What is wrong.', (o) => healthOf(o)?.error ?? ''),
  ],
});

const healthOf = ({
  conditions,
}: ComponentStatus): NonNullable<ComponentStatus['conditions']>[number] | undefined =>
  conditions?.find(({ type }) => type === 'Healthy');

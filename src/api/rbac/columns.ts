import type { Column } from '../kind.ts';
import type { KubeObject } from '../meta.ts';
import type { RoleBinding } from '../types.ts';
import { ageColumn, column, nameColumn, wideColumn } from '../columns.ts';

type Binding = KubeObject & Pick<RoleBinding, 'subjects' | 'roleRef'>;

const subjectNames = (object: Binding, kind: string): string =>
  (object.subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map((subject) =>
      kind === 'ServiceAccount' ? `${subject.namespace ?? ''}/${subject.name}` : subject.name,
    )
    .join(', ');

/** RoleBinding and ClusterRoleBinding look alike. */
export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  column<Binding>(
    'Role',
    'string',
    'The role that is granted.',
    (o) => `${o.roleRef.kind}/${o.roleRef.name}`,
  ),
  ageColumn,
  wideColumn<Binding>('Users', 'string', 'Users that have it.', (o) => subjectNames(o, 'User')),
  wideColumn<Binding>('Groups', 'string', 'Groups that have it.', (o) => subjectNames(o, 'Group')),
  wideColumn<Binding>('ServiceAccounts', 'string', 'Service accounts that have it.', (o) =>
    subjectNames(o, 'ServiceAccount'),
  ),
];

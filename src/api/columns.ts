import { humanDuration } from './humanDuration.ts';
import type { Column } from './kind.ts';
import type { KubeObject } from './meta.ts';
import type { Container } from './types.ts';
import type { Unchecked } from './fields/unchecked.ts';

type Cell<T extends KubeObject> = Column<T>['cell'];

export function column<T extends KubeObject>(
  name: string,
  type: Column<T>['type'],
  description: string,
  cell: Cell<T>,
): Column<T> {
  return { name, type, description, cell };
}

/** A column that is shown with `-o wide` only. */
export function wideColumn<T extends KubeObject>(
  name: string,
  type: Column<T>['type'],
  description: string,
  cell: Cell<T>,
): Column<T> {
  return { name, type, description, priority: 1, cell };
}

export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique among the objects of its kind and namespace.',
  cell: (object) => object.metadata.name,
};

export const ageColumn: Column<KubeObject> = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was created.',
  cell: (object, now) => age(object.metadata.creationTimestamp, now),
};

/** What upstream shows for kinds without a printer of their own. */
export const createdAtColumn: Column<KubeObject> = {
  name: 'Created At',
  type: 'date',
  description: 'When the object was created.',
  cell: (object) => object.metadata.creationTimestamp,
};

export const NONE = '<none>';
export const UNKNOWN = '<unknown>';

/** Time since an RFC 3339 moment as kubectl prints it. */
export function age(time: string | undefined, now: number): string {
  return time === undefined || time === '' ? UNKNOWN : humanDuration(now - Date.parse(time));
}

export const orNone = (text: string | undefined): string => (text === undefined || text === '' ? NONE : text);

/** The columns Containers and Images of workloads. */
export function containerColumns<T extends KubeObject>(
  containersOf: (object: T) => readonly Unchecked<Container>[],
): readonly Column<T>[] {
  return [
    wideColumn('Containers', 'string', 'Names of the containers in the template.', (object) =>
      containersOf(object)
        .map((container) => container.name ?? '')
        .join(','),
    ),
    wideColumn('Images', 'string', 'Images of the containers in the template.', (object) =>
      containersOf(object)
        .map((container) => container.image ?? '')
        .join(','),
    ),
  ];
}

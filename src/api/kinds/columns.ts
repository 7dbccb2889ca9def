import type { Column } from '../kind.ts';
import type { KubeObject, LabelSelector } from '../meta.ts';
import type { Container } from '../types.ts';
import type { Unchecked } from '../validation/unchecked.ts';

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

/** `a=b,c=d` in order of key, `<none>` for nothing. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return orNone(pairs.sort().join(','));
}

/** A label selector as kubectl writes it: `app=x,tier in (a,b),!old`. */
export function formatLabelSelector(selector: Unchecked<LabelSelector> | undefined): string {
  const parts: { key: string; text: string }[] = Object.entries(selector?.matchLabels ?? {}).map(
    ([key, value]) => ({
      key,
      text: `${key}=${value ?? ''}`,
    }),
  );
  for (const { key = '', operator, values = [] } of selector?.matchExpressions ?? []) {
    const list = `(${[...values].sort().join(',')})`;
    const texts: Record<string, string> = {
      In: `${key} in ${list}`,
      NotIn: `${key} notin ${list}`,
      Exists: key,
      DoesNotExist: `!${key}`,
    };
    parts.push({ key, text: texts[operator ?? ''] ?? key });
  }
  parts.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return orNone(parts.map((part) => part.text).join(','));
}

const humanDuration = (ms: number): string => `${Math.max(0, Math.floor(ms / 1000))}s`;

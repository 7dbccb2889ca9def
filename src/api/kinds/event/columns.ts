import { age, column, wideColumn } from '../../columns.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import type { Column } from '../../kind.ts';
import { draftOf, type KubeObject } from '../../meta.ts';
import type { CoreEvent } from '../../types.ts';
import { coreEventFrom } from './conversion.ts';

/** What an event is about; a client may leave it out. */
export const aboutOf = (event: Unchecked<CoreEvent>): NonNullable<Unchecked<CoreEvent>['involvedObject']> =>
  event.involvedObject ?? {};

const first = (event: CoreEvent, now: number): string => age(event.firstTimestamp ?? event.eventTime, now);
const last = (event: CoreEvent, now: number): string =>
  event.series?.lastObservedTime === undefined
    ? event.lastTimestamp === undefined
      ? first(event, now)
      : age(event.lastTimestamp, now)
    : age(event.series.lastObservedTime, now);

export const eventColumns: readonly Column<CoreEvent>[] = [
  column('Last Seen', 'string', 'Time since the last occurrence.', last),
  column('Type', 'string', 'Normal or Warning.', (o) => o.type ?? ''),
  column('Reason', 'string', 'What happened, in one word.', (o) => o.reason ?? ''),
  column('Object', 'string', 'What it happened to.', (o) => {
    const kind = (aboutOf(o).kind ?? '').toLowerCase();
    const name = aboutOf(o).name ?? '';
    return name === '' ? kind : `${kind}/${name}`;
  }),
  wideColumn('Subobject', 'string', 'The part it happened to.', (o) => aboutOf(o).fieldPath ?? ''),
  wideColumn('Source', 'string', 'Who reports it.', (o) => {
    const component = (o.source?.component ?? '') === '' ? o.reportingComponent : o.source?.component;
    const host = (o.source?.host ?? '') === '' ? o.reportingInstance : o.source?.host;
    return host === undefined || host === '' ? (component ?? '') : `${component ?? ''}, ${host}`;
  }),
  column('Message', 'string', 'What happened, for people.', (o) => (o.message ?? '').trim()),
  wideColumn('First Seen', 'string', 'Time since the first occurrence.', first),
  wideColumn('Count', 'integer', 'How often it occurred.', (o) => {
    if (o.series !== undefined) return o.series.count ?? 0;
    return o.count === undefined || o.count === 0 ? 1 : o.count;
  }),
  wideColumn('Name', 'string', 'Name of the event.', (o) => o.metadata.name),
];

/** The same columns of an event as events.k8s.io/v1 shows it. */
export function eventsV1Columns(): readonly Column<KubeObject>[] {
  // A row asks for its cells one after the other.
  let row: { readonly object: KubeObject; readonly stored: CoreEvent } | undefined;
  const storedOf = (object: KubeObject): CoreEvent => {
    if (row?.object !== object) {
      row = { object, stored: coreEventFrom(draftOf(object)) as unknown as CoreEvent };
    }
    return row.stored;
  };
  return eventColumns.map((column) => ({
    ...column,
    cell: (object, now) => column.cell(storedOf(object), now),
  }));
}

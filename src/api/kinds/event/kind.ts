import { defineKind, type Kind } from '../../kind.ts';
import type { Draft } from '../../meta.ts';
import { events, eventsV1 } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { CoreEvent } from '../../types.ts';
import { validateEvent } from './validation.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { age, column, wideColumn } from '../../columns.ts';
import { coreEventFrom, eventsV1From } from './conversion.ts';

const first = (event: CoreEvent, now: number): string => age(event.firstTimestamp ?? event.eventTime, now);
const last = (event: CoreEvent, now: number): string =>
  event.series?.lastObservedTime === undefined
    ? event.lastTimestamp === undefined
      ? first(event, now)
      : age(event.lastTimestamp, now)
    : age(event.series.lastObservedTime, now);

/** What an event is about; a client may leave it out. */
const aboutOf = (event: Unchecked<CoreEvent>): NonNullable<Unchecked<CoreEvent>['involvedObject']> =>
  event.involvedObject ?? {};

/** Events are stored as core/v1 and served as events.k8s.io/v1 as well. */
export const event: Kind = defineKind<CoreEvent>({
  resource: events,
  schema: builtIn('CoreV1Event'),
  shortNames: ['ev'],
  createOnUpdate: true,
  alsoServedAs: [
    {
      resource: eventsV1,
      schema: builtIn('EventsV1Event'),
      shortNames: ['ev'],
      fromStored: eventsV1From,
      toStored: coreEventFrom,
    },
  ],
  setDefaults(draft) {
    const incomplete: Partial<Draft<CoreEvent>> = draft;
    incomplete.involvedObject ??= {};
    draft.source ??= {};
  },
  validate: validateEvent,
  selectableFields(object) {
    const involved = aboutOf(object);
    const about = {
      kind: involved.kind ?? '',
      namespace: involved.namespace ?? '',
      name: involved.name ?? '',
      uid: involved.uid ?? '',
      apiVersion: involved.apiVersion ?? '',
      resourceVersion: involved.resourceVersion ?? '',
      fieldPath: involved.fieldPath ?? '',
    };
    const component = object.source?.component ?? '';
    const reporting = object.reportingComponent ?? '';
    return {
      ...Object.fromEntries(Object.entries(about).map(([key, value]) => [`involvedObject.${key}`, value])),
      ...Object.fromEntries(Object.entries(about).map(([key, value]) => [`regarding.${key}`, value])),
      reason: object.reason ?? '',
      reportingComponent: reporting,
      reportingController: reporting,
      source: component === '' ? reporting : component,
      'deprecatedSource.component': component,
      type: object.type ?? '',
    };
  },
  columns: [
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
  ],
});

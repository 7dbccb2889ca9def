import { defineKind, type Kind } from '../../kind.ts';
import type { Draft } from '../../meta.ts';
import { events, eventsV1 } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { CoreEvent } from '../../types.ts';
import { validateEvent } from './validation.ts';
import { aboutOf, eventColumns, eventsV1Columns } from './columns.ts';
import { coreEventFrom, eventsV1From } from './conversion.ts';

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
      columns: eventsV1Columns(),
      conversion: {
        fromStored: (objects) => objects.map(eventsV1From),
        toStored: (drafts) => drafts.map(coreEventFrom),
      },
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
  columns: eventColumns,
});

import type { Draft, KubeObject } from '../../meta.ts';

/** Field names of core/v1 Event and of events.k8s.io/v1 Event for what both carry (events `v1/conversion.go`). */
const renamed: readonly (readonly [core: string, v1: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];
const toV1 = new Map(renamed);
const toCore = new Map(renamed.map(([core, v1]) => [v1, core]));

const rename = (object: object, names: ReadonlyMap<string, string>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [names.get(key) ?? key, value]));

/** A stored event as events.k8s.io/v1 shows it. */
export function eventsV1From(stored: KubeObject): KubeObject {
  return {
    ...rename(stored, toV1),
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: stored.metadata,
  };
}

/** An events.k8s.io/v1 event as it is stored. */
export function coreEventFrom(draft: Draft): Draft {
  return { ...rename(draft, toCore), apiVersion: 'v1', kind: 'Event', metadata: draft.metadata };
}

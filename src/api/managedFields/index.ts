/** The owners of each field of an object. Every write updates them; server-side apply reads them. */
export { serverSideApply, type ApplyOptions } from './apply.ts';
export { appliedListsProblem } from './appliedLists.ts';
export { textOfSet } from './createdSets.ts';
export { areReadable } from './entries.ts';
export type { FieldSet } from './fieldSet.ts';
export { trackUpdate, type TrackOptions } from './update.ts';

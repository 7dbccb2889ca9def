/** Who owns which field of an object: kept up by every write, decided by server-side apply. */
export { serverSideApply, type ApplyOptions } from './apply.ts';
export { appliedListsProblem } from './appliedLists.ts';
export { textOfSet } from './createdSets.ts';
export { areReadable } from './entries.ts';
export type { FieldSet } from './fieldSet.ts';
export { trackUpdate, type TrackOptions } from './update.ts';

/** Who owns which field of an object: kept up by every write, decided by server-side apply. */
export { serverSideApply, type ApplyOptions } from './apply.ts';
export { trackUpdate, type TrackOptions } from './update.ts';

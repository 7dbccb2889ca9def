import type { KubeObject } from '../api/meta.ts';
import type { Resource } from '../api/resource.ts';
import type { Informer } from './informer.ts';

/** Shares one informer per resource (and field selector) among all who ask. */
export interface InformerFactory {
  /** The same informer for the same arguments. */
  for<T extends KubeObject>(resource: Resource<T>, options?: { fieldSelector?: string }): Informer<T>;
  /** Starts informers that are not started yet; they run until the signal aborts. */
  start(signal: AbortSignal): void;
  whenSynced(signal: AbortSignal): Promise<void>;
}

import type { Event } from '../base/events.ts';
import type { Resource } from './resource.ts';

/** What an API server stores now. Custom kinds come and go while others follow. */
export interface ServedResources {
  /** Each resource once, in the version in which it is stored; all can be listed, watched and deleted. */
  readonly all: readonly Resource[];
  readonly onChange: Event<ResourcesChange>;
}

export interface ResourcesChange {
  readonly added: readonly Resource[];
  readonly removed: readonly Resource[];
}

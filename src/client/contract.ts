import type { Draft, KubeList, KubeObject, ObjectName } from '../api/meta.ts';
import type { ApiResponse, Cause, WatchEvent } from '../api/request.ts';
import type { Resource } from '../api/resource.ts';
import type { Status } from '../api/status.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly cause?: Cause | undefined;
}

export interface ReadOptions extends CallOptions {
  readonly resourceVersion?: string;
}

export interface ListCallOptions extends CallOptions {
  /** Missing or '' for all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
}

export interface WatchCallOptions extends ListCallOptions {
  readonly allowBookmarks?: boolean;
  readonly timeoutSeconds?: number;
}

export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /** `status`, `scale`, `binding`, … */
  readonly subresource?: string;
}

export interface DeleteCallOptions extends CallOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

export type PatchType =
  'application/json-patch+json' | 'application/merge-patch+json' | 'application/strategic-merge-patch+json';

/**
 * Every part's only door to the API server. Two transports: in process (the same request record, no serialisation,
 * frozen objects shared) and HTTPS. Failures reject with StatusError; a connection that fails rejects with a
 * StatusError of reason ServiceUnavailable. Objects that are read are frozen or treated as such.
 */
export interface Client {
  get<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    options?: ReadOptions & { subresource?: string },
  ): Promise<T>;
  list<T extends KubeObject>(resource: Resource<T>, options?: ListCallOptions): Promise<KubeList<T>>;
  /**
   * Batches of events after `resourceVersion`; ends when the server ends the watch or the signal aborts. An ERROR
   * event is thrown as StatusError (Expired: list again).
   */
  watch<T extends KubeObject>(
    resource: Resource<T>,
    options: WatchCallOptions,
  ): AsyncIterable<readonly ObjectEvent<T>[]>;
  /** The draft is given away. */
  create<T extends KubeObject>(
    resource: Resource<T>,
    draft: NewObject<T>,
    options?: WriteOptions,
  ): Promise<T>;
  /** With metadata.resourceVersion: compare-and-set, Conflict if the object has changed. */
  update<T extends KubeObject>(
    resource: Resource<T>,
    draft: NewObject<T>,
    options?: WriteOptions,
  ): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    type: PatchType,
    patch: unknown,
    options?: WriteOptions,
  ): Promise<T>;
  /** Server-side apply. */
  apply<T extends KubeObject>(
    resource: Resource<T>,
    draft: NewObject<T>,
    options: WriteOptions & { fieldManager: string; force?: boolean },
  ): Promise<T>;
  /** Resolves with what the server answered: the object (marked for deletion, or gone) or a Status. */
  delete<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    options?: DeleteCallOptions,
  ): Promise<T | Status>;
  deleteCollection<T extends KubeObject>(
    resource: Resource<T>,
    options: ListCallOptions & DeleteCallOptions,
  ): Promise<void>;
  /** POST of a body of another kind to a subresource (binding, eviction, token). */
  createSubresource<R>(
    resource: Resource,
    name: ObjectName,
    subresource: string,
    body: unknown,
    options?: WriteOptions,
  ): Promise<R>;
  /** Anything else by path, query included: `/readyz`, `/openapi/v3`, pod logs. */
  raw(
    method: string,
    path: string,
    options?: CallOptions & { body?: Uint8Array; headers?: Record<string, string> },
  ): Promise<RawResponse>;
}

/** A draft without the parts that the server or the client fills in: kind and apiVersion come from the resource. */
export type NewObject<T extends KubeObject> = Omit<Draft<T>, 'apiVersion' | 'kind'> & {
  apiVersion?: string;
  kind?: string;
};

export type ObjectEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface RawResponse {
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  text(): Promise<string>;
}

export type { ApiResponse, WatchEvent };

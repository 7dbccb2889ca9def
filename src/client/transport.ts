import type { Cause, Verb, WatchEvent } from '../api/request.ts';
import type { Resource } from '../api/resource.ts';
import type { RawResponse } from './contract.ts';

/** One request about a resource, before a transport gives it the form of its wire. */
export interface ResourceCall {
  readonly verb: Verb;
  readonly resource: Resource;
  /** '' for cluster scope or all namespaces. */
  readonly namespace: string;
  /** '' for collections. */
  readonly name: string;
  /** '' for the object itself. */
  readonly subresource: string;
  readonly query: URLSearchParams;
  /** `object` is given away. */
  readonly body?: { readonly object: unknown; readonly contentType: string };
  readonly signal?: AbortSignal | undefined;
  readonly cause?: Cause | undefined;
}

/** A request by path, query included. */
export interface RawCall {
  readonly method: string;
  readonly path: string;
  readonly body?: Uint8Array | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly cause?: Cause | undefined;
}

/**
 * How requests reach the API server: the whole difference between the in-process and the HTTPS client. Failures
 * reject with StatusError; an aborted call rejects with the signal's reason.
 */
export interface Transport {
  /** The answer's object or list. */
  send(call: ResourceCall): Promise<unknown>;
  /** Batches as the server sent them, never empty. Ends with the server or the signal. */
  watch(call: ResourceCall): AsyncIterable<readonly WatchEvent[]>;
  raw(call: RawCall): Promise<RawResponse>;
}

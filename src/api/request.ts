import type { KubeObject } from './meta.ts';
import type { Decoded } from './schema/decode.ts';
import type { Status } from './status.ts';

/** The user who makes a request, after authentication (apiserver `pkg/authentication/user`). */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The cause of a write: kept with its revision in the history. */
export interface Cause {
  /** The actor: a user name, extended by a controller's name where one acts (`system:kube-controller-manager deployment`). */
  readonly actor: string;
  /** The revision of the event that woke the actor. */
  readonly revision?: number;
}

export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | 'connect'
  /** Non-resource requests carry the lower-case HTTP method instead. */
  | 'head'
  | 'post'
  | 'put'
  | 'options';

/** What a request is about (apiserver `pkg/endpoints/request/requestinfo.go`). */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  readonly path: string;
  readonly verb: Verb;
  readonly group: string;
  readonly version: string;
  /** '' for cluster scope or all namespaces. */
  readonly namespace: string;
  /** The plural, '' for non-resource requests. */
  readonly resource: string;
  /** '' for none. */
  readonly subresource: string;
  /** '' for collections. */
  readonly name: string;
  /** The path behind the subresource (`proxy/some/path`), with its leading slash; '' for none. */
  readonly rest: string;
}

export type RequestBody =
  | { readonly type: 'none' }
  /** In process: an object that the caller gives away and does not touch again. */
  | { readonly type: 'object'; readonly object: unknown; readonly contentType: string }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly contentType: string }
  /** YAML that was read already, on another thread. It belongs to the handler. */
  | { readonly type: 'yaml'; readonly decoded: Decoded; readonly contentType: string }
  /** Proxied requests: handed on as it comes, without a limit. */
  | { readonly type: 'stream'; readonly stream: AsyncIterable<Uint8Array>; readonly contentType: string };

/**
 * One request to the API server, however it came: HTTPS and in-process callers fill the same record and pass the
 * same filters. `user` is set by the in-process transport (an identity that the composition root gave it); over
 * HTTPS it is unset and found by authentication from headers and the peer's certificate.
 */
export interface ApiRequest {
  readonly info: RequestInfo;
  /** The HTTP method, upper-case, where `info.verb` does not tell it (proxies, non-resource requests). */
  readonly method?: string | undefined;
  readonly query: URLSearchParams;
  /** The query as received, with its question mark, for handing on unchanged; missing where there was no URL. */
  readonly search?: string | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Over HTTP it is there once `receive` has read it. */
  readonly body: RequestBody;
  /** Reads the body for a user who may send it; undefined where nothing is to be read. */
  receive?(user: UserInfo): Promise<void> | undefined;
  /** The other end of the connection, where there is one. */
  readonly peerAddress?: string | undefined;
  /** Tells the transport that the client has shown who it is. */
  identified?(): void;
  readonly user?: UserInfo | undefined;
  /** The verified client certificate's subject: CN and O's. */
  readonly certificate?:
    { readonly commonName: string; readonly organizations: readonly string[] } | undefined;
  readonly signal: AbortSignal;
  readonly cause?: Cause | undefined;
}

/** A stored object as caches share it: frozen, with its JSON bytes (resourceVersion included). */
export interface Entry<T extends KubeObject = KubeObject> {
  readonly key: string;
  readonly revision: number;
  readonly object: T;
  /** UTF-8 JSON of `object`. */
  readonly bytes: Uint8Array;
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** One event of a watch. `bytes` is the UTF-8 JSON of `object`, kept where it is at hand. */
export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: WatchEventType;
  readonly object: T | Status;
  readonly bytes?: Uint8Array;
  /** `{"type":…,"object":…}\n`, made once for all watchers. */
  line?: Uint8Array;
}

/** How the edge writes an answer; missing: as JSON in one line. */
export interface Written {
  readonly encoding?: 'json' | 'yaml' | 'protobuf';
  /** JSON with a line for each field. */
  readonly pretty?: boolean;
}

export type ApiResponse =
  /** One object. `bytes` where they are at hand, else the edge serialises. */
  | ({
      readonly type: 'object';
      readonly code: number;
      readonly object: unknown;
      readonly bytes?: Uint8Array;
      readonly warnings?: readonly string[];
    } & Written)
  | ({
      readonly type: 'list';
      readonly apiVersion: string;
      readonly kind: string;
      readonly items: readonly Entry[];
      readonly metadata: {
        readonly resourceVersion: string;
        readonly continue?: string;
        readonly remainingItemCount?: number;
      };
      readonly warnings?: readonly string[];
    } & Written)
  /** Batches of events until the caller's signal aborts or the server ends the watch. */
  | ({
      readonly type: 'watch';
      readonly events: AsyncIterable<readonly WatchEvent[]>;
      readonly warnings?: readonly string[];
    } & Written)
  /** Anything else: text, documents, logs. */
  | {
      readonly type: 'raw';
      readonly code: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array | AsyncIterable<Uint8Array>;
    }
  /** The connection is handed over (exec, attach, port-forward, proxied upgrades). Only HTTP callers can take it. */
  | { readonly type: 'upgrade'; readonly take: (connection: UpgradedConnection) => void };

/** The raw connection of a request with `Connection: Upgrade`: the taker writes the 101 (or the refusal) itself. */
export interface UpgradedConnection {
  readonly socket: import('node:stream').Duplex;
  /** Bytes that came after the request's head. */
  readonly head: Uint8Array;
  /** The request's head as received, for handing on: method, path with query, raw header pairs. */
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
}

/** The API server's one front door. Never rejects: failures are `object` responses that carry a Status. */
export interface RequestHandler {
  handle(request: ApiRequest): Promise<ApiResponse>;
}

import type { Draft, KubeObject } from '../../api/meta.ts';
import type { ApiResponse, Entry, UserInfo } from '../../api/request.ts';
import type { ServiceAccount, TokenRequest } from '../../api/types.ts';
import type { Authorizer } from '../auth/contract.ts';
import type { Exchange } from '../exchange.ts';
import type { NodeDialer } from '../nodeDialer.ts';
import type { HealthCheck } from '../observe/health.ts';
import type { RegistryOptions } from '../registry/context.ts';
import { servedEntry } from '../registry/conversion.ts';
import type { Served } from '../resources/served.ts';
import type { ResourceTable } from '../resources/table.ts';

/** What all handlers are given. */
export interface HandlerOptions {
  readonly registry: RegistryOptions;
  readonly resources: ResourceTable;
  readonly authorizer: Authorizer;
  readonly nodes: NodeDialer;
  /** Answers of the kinds that are not stored, by plural: the reviews. */
  readonly reviews: Readonly<Record<string, Review>>;
  /** Parts of the control plane, for componentstatuses. */
  readonly components: readonly HealthCheck[];
  /** POST serviceaccounts/token. */
  requestToken(account: ServiceAccount, request: Draft<TokenRequest>): Promise<TokenRequest>;
}

/** Answers a review: the draft with its status. Throws a StatusError where it makes no sense. */
export type Review = (draft: Draft, user: UserInfo) => KubeObject | Promise<KubeObject>;

/** A request about a resource whose address is known. */
export interface Target {
  readonly served: Served;
  /** '' for cluster scope or all namespaces. */
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** One verb on a resource, or on one of its subresources. Failures reject with a StatusError. */
export type Handler = (options: HandlerOptions, exchange: Exchange, target: Target) => Promise<ApiResponse>;

/** The answer that shows one entry. */
export function objectResponse(served: Served, entry: Entry, code = 200): ApiResponse | Promise<ApiResponse> {
  const form = servedEntry(served, entry);
  return form instanceof Promise
    ? form.then((converted) => new EntryResponse(code, converted))
    : new EntryResponse(code, form);
}

/** Bytes are made only where the edge asks for them. */
class EntryResponse {
  readonly type = 'object';
  readonly code: number;
  readonly #entry: Entry;

  constructor(code: number, entry: Entry) {
    this.code = code;
    this.#entry = entry;
  }

  get object(): unknown {
    return this.#entry.object;
  }

  get bytes(): Uint8Array {
    return this.#entry.bytes;
  }
}

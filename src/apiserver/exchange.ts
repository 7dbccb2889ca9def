import type { AuditRecord } from './audit/record.ts';
import type { ApiRequest, ApiResponse, UserInfo } from '../api/request.ts';

/** One request on its way through the server: the request as it came and what the filters found out. */
export interface Exchange {
  readonly request: ApiRequest;
  /** Set by authentication; until then the user that the transport names, or nobody. */
  user: UserInfo;
  readonly signal: AbortSignal;
  /** When the client is told that it took too long, in monotonic milliseconds; undefined for never. */
  deadline: number | undefined;
  /** What the audit log is told; undefined where there is none. */
  audit: AuditRecord | undefined;
  /** For the client, one `Warning` header each. */
  readonly warnings: string[];
}

/** A request that has just come in. */
export class NewExchange implements Exchange {
  readonly request: ApiRequest;
  user: UserInfo;
  deadline: number | undefined = undefined;
  audit: AuditRecord | undefined = undefined;
  readonly warnings: string[] = [];

  constructor(request: ApiRequest, user: UserInfo) {
    this.request = request;
    this.user = user;
  }

  /** Over HTTP it is made when somebody asks for it, and few do. */
  get signal(): AbortSignal {
    return this.request.signal;
  }
}

export type Next = (exchange: Exchange) => Promise<ApiResponse>;

/** One stage of the way. It answers itself, or hands on with `next` and may change what comes back. */
export type Filter = (exchange: Exchange, next: Next) => Promise<ApiResponse>;

/** The filters in the order of the list, then `last`. */
export function chainOf(filters: readonly Filter[], last: Next): Next {
  return filters.reduceRight<Next>((next, filter) => (exchange) => filter(exchange, next), last);
}

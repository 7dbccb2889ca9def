import type { Clock } from '../../base/clock.ts';
import { setOwnProperty } from '../../base/ownProperty.ts';
import type { Random } from '../../base/random.ts';
import type { ApiRequest, ApiResponse, RequestInfo, UserInfo } from '../../api/request.ts';
import type { Status } from '../../api/status.ts';
import { type AuditPolicy, decide, type Decision, type Level, reaches, type Stage } from './policy.ts';

/** Receives events: one JSON object each. Never waits, never throws. */
export interface AuditSink {
  write(event: object): void;
}

export interface AuditOptions {
  readonly policy: AuditPolicy;
  readonly sink: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
}

/** The record of one request for the audit log (audit.k8s.io/v1 Event), at the level that the policy gives it. */
export class AuditRecord {
  readonly #options: AuditOptions;
  readonly #request: ApiRequest;
  readonly #id: string;
  readonly #received: string;
  readonly #annotations: Record<string, string> = {};
  #decision: Decision | undefined;
  #user: UserInfo | undefined;
  #impersonated: UserInfo | undefined;
  #requestObject: unknown;

  constructor(options: AuditOptions, request: ApiRequest) {
    this.#options = options;
    this.#request = request;
    this.#id = request.headers['audit-id'] ?? options.random.uuid();
    this.#received = timeOf(options.clock);
  }

  /** Whether the user is known. */
  get isIdentified(): boolean {
    return this.#user !== undefined;
  }

  get level(): Level {
    return this.#decision?.level ?? 'None';
  }

  /** The user is known: the policy decides the level. */
  identified(user: UserInfo): void {
    this.#decide(user);
    this.#event('RequestReceived');
  }

  impersonates(user: UserInfo): void {
    this.#impersonated = user;
  }

  /** The request's body, for levels that show it. Nobody changes it afterwards. */
  sent(object: unknown): void {
    this.#requestObject = object;
  }

  /** An annotation of the server or a webhook. The first value of a key is kept. */
  annotate(key: string, value: string, level: Level = 'Metadata'): void {
    if (!reaches(this.level, level) || Object.hasOwn(this.#annotations, key)) return;
    setOwnProperty(this.#annotations, key, value);
  }

  /** The credentials were not valid. */
  unidentified(status: Status): void {
    this.#decide({ name: '', groups: [] });
    this.#event('ResponseStarted', { responseStatus: statusOf(status) });
  }

  started(code: number): void {
    this.#event('ResponseStarted', { responseStatus: { metadata: {}, code } });
  }

  /** `response` is undefined if it was a stream, or ended with `status`. */
  completed(code: number, response?: ApiResponse, status?: Status): void {
    if (this.level === 'None') return;
    const object = objectOf(response);
    const failed = status ?? (isStatus(object) ? object : undefined);
    const shown = failed === undefined ? object : undefined;
    this.#event('ResponseComplete', {
      ...(shown === undefined ? {} : { named: shown }),
      responseStatus: failed === undefined ? { metadata: {}, code } : statusOf(failed),
      ...(reaches(this.level, 'RequestResponse') && (object ?? failed) !== undefined
        ? { responseObject: object ?? failed }
        : {}),
    });
  }

  #decide(user: UserInfo): void {
    this.#user = user;
    this.#decision = decide(this.#options.policy, user, this.#request.info);
  }

  #event(
    stage: Stage,
    {
      named,
      responseStatus,
      responseObject,
    }: { readonly named?: unknown; readonly responseStatus?: object; readonly responseObject?: unknown } = {},
  ): void {
    const decision = this.#decision;
    if (decision === undefined || decision.level === 'None' || decision.omitStages.has(stage)) return;
    const { info, headers, method } = this.#request;
    const user = this.#user;
    const shown = (object: unknown): unknown =>
      decision.omitManagedFields ? withoutManagedFields(object) : object;
    this.#options.sink.write({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: decision.level,
      auditID: this.#id,
      stage,
      requestURI: uriOf(this.#request),
      verb: info.isResourceRequest ? info.verb : (method?.toLowerCase() ?? info.verb),
      user: userOf(user ?? { name: '', groups: [] }),
      ...(this.#impersonated === undefined ? {} : { impersonatedUser: userOf(this.#impersonated) }),
      ...(this.#request.peerAddress === undefined ? {} : { sourceIPs: [this.#request.peerAddress] }),
      ...(headers['user-agent'] === undefined ? {} : { userAgent: headers['user-agent'] }),
      ...(info.isResourceRequest ? { objectRef: referenceOf(info, this.#requestObject ?? named) } : {}),
      ...(responseStatus === undefined ? {} : { responseStatus }),
      ...(this.#requestObject === undefined || stage === 'RequestReceived'
        ? {}
        : { requestObject: shown(this.#requestObject) }),
      ...(responseObject === undefined ? {} : { responseObject: shown(responseObject) }),
      requestReceivedTimestamp: this.#received,
      stageTimestamp: timeOf(this.#options.clock),
      ...(Object.keys(this.#annotations).length === 0 ? {} : { annotations: { ...this.#annotations } }),
    });
  }
}

/** RFC 3339 with six digits. */
function timeOf(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace('Z', '000Z');
}

function uriOf({ info, search, query }: ApiRequest): string {
  if (search !== undefined) return info.path + search;
  return query.size === 0 ? info.path : `${info.path}?${query.toString()}`;
}

function userOf({ name, uid = '', groups, extra }: UserInfo): object {
  return {
    ...(name === '' ? {} : { username: name }),
    ...(uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra === undefined ? {} : { extra }),
  };
}

/** The name of a new object is in the request's body or in the response. */
function referenceOf(info: RequestInfo, object: unknown): object {
  const { metadata } = (object ?? {}) as { metadata?: { name?: unknown; namespace?: unknown } | null };
  const name = info.name === '' && info.verb === 'create' ? metadata?.name : info.name;
  return {
    resource: info.resource,
    ...(info.namespace === '' ? {} : { namespace: info.namespace }),
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
    ...(info.group === '' ? {} : { apiGroup: info.group }),
    apiVersion: info.version,
    ...(info.subresource === '' ? {} : { subresource: info.subresource }),
  };
}

function objectOf(response: ApiResponse | undefined): unknown {
  if (response?.type === 'object') return response.object;
  if (response?.type !== 'list') return undefined;
  const { apiVersion, kind, metadata, items } = response;
  return { kind, apiVersion, metadata, items: items.map(({ object }) => object) };
}

function isStatus(object: unknown): object is Status {
  return (object as Partial<Status> | null | undefined)?.kind === 'Status';
}

function statusOf({ status, message, reason, details, code }: Status): object {
  return {
    metadata: {},
    ...(status === 'Success' ? {} : { status }),
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined || reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

function withoutManagedFields(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return object;
  const { metadata, items, ...rest } = object as {
    readonly metadata?: { readonly managedFields?: unknown };
    readonly items?: unknown;
  };
  const { managedFields: _, ...kept } = metadata ?? {};
  return {
    ...rest,
    ...(metadata === undefined ? {} : { metadata: kept }),
    ...(Array.isArray(items) ? { items: items.map(withoutManagedFields) } : {}),
  };
}

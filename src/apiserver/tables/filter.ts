import type { Clock } from '../../base/clock.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ApiResponse, WatchEvent } from '../../api/request.ts';
import { badRequest } from '../../api/status.ts';
import { offerFor } from '../negotiation/filter.ts';
import { type Form, negotiate } from '../negotiation/negotiate.ts';
import type { Exchange, Filter, Next } from '../exchange.ts';
import type { Served } from '../resources/served.ts';
import type { ResourceTable } from '../resources/table.ts';
import { partialMetadata, tableMetadata, tableOf, type IncludeObject, type TableOptions } from './table.ts';

/** How one form shows what the server answers. */
interface Presentation {
  one(object: KubeObject): object;
  many(objects: readonly KubeObject[], metadata: object): object;
  event(object: KubeObject, first: boolean): object;
  /** Shows no object: a bookmark has but a kind and a resourceVersion, no cells could be made of it. */
  bookmark(object: KubeObject): object;
}

/**
 * Answers in the form that the Accept header asks for: server-side tables (kubectl get) and metadata alone (garbage
 * collectors, metadata informers). Everything else passes untouched.
 */
export function tableFilter(options: { resources: ResourceTable; clock: Pick<Clock, 'now'> }): Filter {
  return (exchange, next) => {
    const { info, headers } = exchange.request;
    const main = info.isResourceRequest && (info.subresource === '' || info.subresource === 'status');
    return main && headers.accept?.includes('as=') === true ? present(exchange, next) : next(exchange);
  };

  async function present(exchange: Exchange, next: Next): Promise<ApiResponse> {
    const { info, headers, query } = exchange.request;
    const served = options.resources.snapshot.find(info.group, info.version, info.resource);
    if (served === undefined) return next(exchange);
    const form = negotiate(headers.accept, offerFor(exchange, options.resources))?.form;
    if (form === undefined) return next(exchange);
    const include = form.as === 'Table' ? includeOf(query.get('includeObject')) : 'None';
    const now = (): number => options.clock.now();
    return presentAnswer(await next(exchange), presentationOf(form, served, include, now));
  }
}

function includeOf(text: string | null): IncludeObject {
  switch (text) {
    case null:
    case '':
    case 'Metadata':
      return 'Metadata';
    case 'None':
    case 'Object':
      return text;
    default:
      throw badRequest(`unrecognized includeObject value: ${JSON.stringify(text)}`);
  }
}

function presentationOf(form: Form, served: Served, include: IncludeObject, now: () => number): Presentation {
  const { apiVersion } = form;
  if (form.as !== 'Table') {
    const one = (object: KubeObject): object => partialMetadata(object, apiVersion);
    return {
      one,
      many: (objects, metadata) => ({
        kind: 'PartialObjectMetadataList',
        apiVersion,
        metadata,
        items: objects.map(one),
      }),
      event: one,
      bookmark: one,
    };
  }
  const options = (): TableOptions => ({
    columns: served.columns,
    apiVersion,
    includeObject: include,
    now: now(),
  });
  return {
    one: (object) => tableOf(options(), [object], tableMetadata(object)),
    many: (objects, metadata) => tableOf(options(), objects, metadata),
    event: (object, first) => tableOf(options(), [object], tableMetadata(object), first),
    bookmark: (object) => tableOf(options(), [], tableMetadata(object), false),
  };
}

function presentAnswer(answer: ApiResponse, presentation: Presentation): ApiResponse {
  switch (answer.type) {
    case 'object': {
      const { code, object, warnings } = answer;
      if (isStatus(object)) return answer;
      const shown = presentation.one(object as KubeObject);
      return { type: 'object', code, object: shown, ...(warnings === undefined ? {} : { warnings }) };
    }
    case 'list':
      return {
        type: 'object',
        code: 200,
        object: presentation.many(
          answer.items.map((entry) => entry.object),
          answer.metadata,
        ),
      };
    case 'watch':
      return { type: 'watch', events: presentEvents(answer.events, presentation) };
    default:
      return answer;
  }
}

async function* presentEvents(
  events: AsyncIterable<readonly WatchEvent[]>,
  presentation: Presentation,
): AsyncIterable<readonly WatchEvent[]> {
  let first = true;
  for await (const batch of events) {
    yield batch.map((event): WatchEvent => {
      if (event.type === 'ERROR' || isStatus(event.object)) return event;
      const shown = event.object as KubeObject;
      if (event.type === 'BOOKMARK') return shownAs(event.type, presentation.bookmark(shown));
      const object = presentation.event(shown, first);
      first = false;
      return shownAs(event.type, object);
    });
  }
}

function shownAs(type: WatchEvent['type'], object: object): WatchEvent {
  return { type, object: object as unknown as KubeObject };
}

function isStatus(object: unknown): boolean {
  return typeof object === 'object' && object !== null && (object as { kind?: unknown }).kind === 'Status';
}

import { cloneJson } from '../../api/clone.ts';
import { PROTOBUF_CONTENT_TYPE } from '../../api/protobuf/decode.ts';
import type { ApiResponse, UpgradedConnection, WatchEvent } from '../../api/request.ts';
import { decode } from '../../api/schema/index.ts';
import { toStatusError } from '../../api/status.ts';
import type { Exchange, Filter } from '../exchange.ts';
import { isLongRunning } from '../filters/longRunning.ts';
import type { ResourceTable } from '../resources/table.ts';
import { typeOf } from '../verbs/decode.ts';
import { type AuditOptions, AuditRecord } from './record.ts';
import { reaches } from './policy.ts';

/** The filters of the audit log, one for each place in the server's list. */
export interface AuditFilters {
  /** Runs around authentication and all that follows. */
  readonly record: Filter;
  readonly identified: Filter;
  readonly impersonated: Filter;
  /** Runs after the body has been read. */
  readonly sent: Filter;
}

const SWITCHING_PROTOCOLS = 101;

export function auditFilters(options: AuditOptions, resources: ResourceTable): AuditFilters {
  return {
    async record(exchange, next) {
      const record = new AuditRecord(options, exchange.request);
      exchange.audit = record;
      try {
        return answered(exchange, record, await next(exchange));
      } catch (error) {
        const { status } = toStatusError(error);
        if (record.isIdentified) record.completed(status.code, undefined, status);
        else record.unidentified(status);
        throw error;
      }
    },
    identified(exchange, next) {
      exchange.audit?.identified(exchange.user);
      return next(exchange);
    },
    impersonated(exchange, next) {
      if (exchange.request.headers['impersonate-user'] !== undefined)
        exchange.audit?.impersonates(exchange.user);
      return next(exchange);
    },
    sent(exchange, next) {
      const { audit } = exchange;
      if (audit !== undefined && reaches(audit.level, 'Request') && exchange.request.info.isResourceRequest) {
        audit.sent(bodyOf(exchange, resources));
      }
      return next(exchange);
    },
  };
}

/** Records an answer. For a stream, it records the beginning and the end. */
function answered(exchange: Exchange, record: AuditRecord, response: ApiResponse): ApiResponse {
  const complete = (code: number): void => record.completed(code);
  switch (response.type) {
    case 'watch':
      record.started(200);
      return { ...response, events: until(response.events, () => complete(200)) };
    case 'upgrade':
      record.started(SWITCHING_PROTOCOLS);
      return {
        type: 'upgrade',
        take(connection: UpgradedConnection) {
          connection.socket.once('close', () => complete(SWITCHING_PROTOCOLS));
          response.take(connection);
        },
      };
    case 'raw': {
      const { body, code } = response;
      if (typeof body === 'string' || body instanceof Uint8Array || !isLongRunning(exchange.request.info)) {
        record.completed(code);
        return response;
      }
      record.started(code);
      return { ...response, body: until(body, () => complete(code)) };
    }
    default:
      record.completed(response.type === 'object' ? response.code : 200, response);
      return response;
  }
}

async function* until<T extends Uint8Array | readonly WatchEvent[]>(
  stream: AsyncIterable<T>,
  end: () => void,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* stream;
  } finally {
    end();
  }
}

/** The request's body as JSON; undefined if it cannot be read, which the answer tells. */
function bodyOf({ request }: Exchange, resources: ResourceTable): unknown {
  const { body, info } = request;
  try {
    if (body.type === 'object') return body.object;
    if (body.type === 'yaml') return cloneJson(body.decoded.object);
    if (body.type !== 'bytes' || body.bytes.length === 0) return undefined;
    if (body.contentType !== PROTOBUF_CONTENT_TYPE) {
      return decode(body.bytes, body.contentType.includes('yaml') ? 'application/yaml' : 'application/json');
    }
    const served = resources.snapshot.find(info.group, info.version, info.resource);
    return served === undefined || (info.subresource !== '' && info.subresource !== 'status')
      ? undefined
      : decode(body.bytes, body.contentType, typeOf(served));
  } catch {
    return undefined;
  }
}

import { type Clock, systemClock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { headersOfCause } from '../api/cause.ts';
import type { Cause, WatchEvent } from '../api/request.ts';
import { pathOf } from '../api/resource.ts';
import { serviceUnavailable, StatusError, type Status } from '../api/status.ts';
import {
  createHttpsTransport,
  type HttpsRequest,
  type HttpsResponse,
  type HttpsTransportOptions,
} from '../host/httpsTransport.ts';
import { textOf } from './body.ts';
import { clientOver } from './client.ts';
import type { Client } from './contract.ts';
import { linesOf } from './jsonLines.ts';
import type { ResourceCall, Transport } from './transport.ts';

export interface HttpsClientOptions extends HttpsTransportOptions {
  /** A bearer token, or what gives the current one (service account tokens are renewed on disk). */
  readonly token?: string | (() => string) | undefined;
  readonly userAgent?: string | undefined;
  /** For the waits that a busy server asks for. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** A client that holds a connection until it is disposed of. */
export type HttpsClient = Client & Disposable;

/** The client of a part that is elsewhere, or of a user: the same contract over one HTTP/2 connection. */
export function httpsClient(options: HttpsClientOptions): HttpsClient {
  const wire = createHttpsTransport(options);
  const { token, userAgent = 'wheelhouse', clock = systemClock } = options;

  const headersOf = (
    more: Readonly<Record<string, string>>,
    cause: Cause | undefined,
  ): Record<string, string> => {
    const bearer = typeof token === 'function' ? token() : token;
    return {
      accept: 'application/json',
      'user-agent': userAgent,
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(cause === undefined ? {} : headersOfCause(cause)),
      ...more,
    };
  };
  const ask = async (request: HttpsRequest): Promise<HttpsResponse> => {
    try {
      return await wire.request(request);
    } catch (error) {
      throw failureOf(error, request.signal);
    }
  };
  const askResource = async (call: ResourceCall): Promise<HttpsResponse> => {
    const { body, signal } = call;
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body.object));
    for (let attempt = 1; ; attempt += 1) {
      const response = await ask({
        method: METHOD[call.verb] ?? 'GET',
        path: urlOf(call),
        headers: headersOf(body === undefined ? {} : { 'content-type': body.contentType }, call.cause),
        body: bytes,
        signal,
      });
      if (response.status < 400) return response;
      const error = errorOf(response.status, await readText(response, signal));
      const wait = retryAfterSeconds(response, error);
      if (wait === undefined || attempt > MAX_RETRIES) throw error;
      await clock.sleep(wait * 1000, signal);
    }
  };

  const transport: Transport = {
    async send(call) {
      const response = await askResource(call);
      return JSON.parse(await readText(response, call.signal)) as unknown;
    },

    async *watch(call): AsyncGenerator<readonly WatchEvent[], void, undefined> {
      try {
        const { body } = await askResource(call);
        for await (const lines of linesOf(body)) yield lines.map((line) => JSON.parse(line) as WatchEvent);
      } catch (error) {
        // A watch that its caller ends ends quietly.
        if (call.signal?.aborted !== true) throw failureOf(error, call.signal);
      }
    },

    async raw(call) {
      const headers = Object.entries(call.headers).map(
        ([name, value]) => [name.toLowerCase(), value] as const,
      );
      const response = await ask({
        method: call.method,
        path: call.path,
        headers: headersOf(Object.fromEntries(headers), call.cause),
        body: call.body,
        signal: call.signal,
      });
      return {
        code: response.status,
        headers: response.headers,
        body: response.body,
        text: () => textOf(response.body),
      };
    },
  };
  return { ...clientOver(transport), dispose: () => wire.dispose() };
}

/** How often a request is repeated that the server was too busy for (client-go `rest/with_retry.go`). */
const MAX_RETRIES = 10;

const METHOD: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

function urlOf(call: ResourceCall): string {
  const { resource, namespace, name, subresource, query } = call;
  const path = pathOf(resource, {
    namespace,
    ...(name === '' ? {} : { name }),
    ...(subresource === '' ? {} : { subresource }),
  });
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Seconds that a server that is too busy asks to wait; undefined for every other failure. */
function retryAfterSeconds(response: HttpsResponse, error: StatusError): number | undefined {
  if (response.status !== 429 && response.status < 500) return undefined;
  const seconds = Number(response.headers['retry-after'] ?? error.status.details?.retryAfterSeconds ?? 0);
  return seconds > 0 ? seconds : undefined;
}

async function readText(response: HttpsResponse, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await textOf(response.body);
  } catch (error) {
    throw failureOf(error, signal);
  }
}

/** What the caller sees of a connection that failed: its own abort, or ServiceUnavailable. */
function failureOf(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true || error instanceof StatusError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new StatusError(503, 'ServiceUnavailable', `the API server cannot be reached: ${why}`, {
    cause: error,
  });
}

/** The error in an answer: the Status that it carries, or, from a proxy between, its code and text. */
function errorOf(code: number, text: string): StatusError {
  try {
    const status = JSON.parse(text) as Partial<Status>;
    if (status.kind === 'Status') return StatusError.from({ ...status, code } as Status);
  } catch {
    // No JSON: told as text below.
  }
  if (code === 503)
    return serviceUnavailable(text.trim() || 'the server is currently unable to handle the request');
  return new StatusError(code, '', text.trim() || `the server answered with code ${code}`);
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestBody, RequestHandler } from '../../api/request.ts';
import { toStatusError } from '../../api/status.ts';
import type { HttpRequest, HttpResponse, TlsPeer } from '../../host/httpsListener.ts';
import { type Bodies, IncomingBody } from './body.ts';
import { BodyBudget, type BodyBudgetLimits } from './bodyBudget.ts';
import { ChunkPool } from './chunkPool.ts';
import { Departure } from './departure.ts';
import { HttpApiRequest, NO_BODY, type RequestHead, requestHead } from './requestHead.ts';
import { writeError, writeResponse } from './respond.ts';
import { takeUpgrade } from './upgrade.ts';
import { YamlBodies, type YamlThread } from './yamlBodies.ts';

/** What a listener hands its requests and upgrades to. */
export interface HttpAdapter {
  request(request: HttpRequest, response: HttpResponse, peer: TlsPeer): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array, peer: TlsPeer): void;
}

export interface HttpAdapterOptions {
  /** Others than the usual ones, for tests. */
  readonly bodies?: Partial<BodyBudgetLimits>;
  /** Reads YAML that takes long. Without it all YAML is read at once. */
  readonly yaml?: YamlThread;
}

/** HTTP to request record and back. HTTP/1.1 and HTTP/2 alike, through Node's compatible request and response. */
export function createHttpAdapter(handler: RequestHandler, options: HttpAdapterOptions = {}): HttpAdapter {
  const server: Served = {
    handler,
    chunks: new ChunkPool(),
    bodies: {
      budget: new BodyBudget(options.bodies),
      yaml: options.yaml === undefined ? undefined : new YamlBodies(options.yaml),
    },
  };
  return {
    request(request, response, peer) {
      void serve(server, request, response, peer);
    },
    upgrade(request, socket, head, peer) {
      void takeUpgrade(handler, request, socket, head, peer);
    },
  };
}

interface Served {
  readonly handler: RequestHandler;
  readonly chunks: ChunkPool;
  readonly bodies: Bodies;
}

async function serve(
  { handler, chunks, bodies }: Served,
  request: HttpRequest,
  response: HttpResponse,
  peer: TlsPeer,
): Promise<void> {
  const departure = new Departure();
  let answered = false;
  response.on('close', () => {
    if (!answered) departure.happened();
  });
  // A write that meets a closing connection fails there; `close` is all that matters.
  response.on('error', ignore);
  let incoming: IncomingBody | undefined;
  try {
    const head = requestHead(request, peer);
    const body = bodyOf(request, head, bodies);
    if (body instanceof IncomingBody) incoming = body;
    const answer = await handler.handle(new HttpApiRequest(head, body, departure, peer));
    const writing = writeResponse(request, response, answer, { peer, departure, chunks });
    if (writing !== undefined) await writing;
    answered = true;
  } catch (error) {
    if (departure.gone) return;
    writeError(response, toStatusError(error));
  } finally {
    incoming?.release();
  }
}

/** Proxied bodies are handed on as they come; others are read when their sender is known. */
function bodyOf(
  request: HttpRequest,
  { method, info }: RequestHead,
  bodies: Bodies,
): RequestBody | IncomingBody {
  if (method === 'GET' || method === 'HEAD') return NO_BODY;
  return info.subresource === 'proxy'
    ? { type: 'stream', stream: request, contentType: request.headers['content-type'] ?? '' }
    : new IncomingBody(request, bodies);
}

const ignore = (): void => undefined;

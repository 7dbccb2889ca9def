import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestBody, RequestHandler } from '../../api/request.ts';
import { toStatusError } from '../../api/status.ts';
import type { HttpRequest, HttpResponse, TlsPeer } from '../../host/httpsListener.ts';
import { readBody } from './body.ts';
import { ChunkPool } from './chunkPool.ts';
import { Departure } from './departure.ts';
import { HttpApiRequest, requestHead } from './requestHead.ts';
import { writeError, writeResponse } from './respond.ts';
import { takeUpgrade } from './upgrade.ts';

/** What a listener hands its requests and upgrades to. */
export interface HttpAdapter {
  request(request: HttpRequest, response: HttpResponse, peer: TlsPeer): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array, peer: TlsPeer): void;
}

/** HTTP to request record and back. HTTP/1.1 and HTTP/2 alike, through Node's compatible request and response. */
export function createHttpAdapter(handler: RequestHandler): HttpAdapter {
  const chunks = new ChunkPool();
  return {
    request(request, response, peer) {
      void serve({ handler, chunks }, request, response, peer);
    },
    upgrade(request, socket, head, peer) {
      void takeUpgrade(handler, request, socket, head, peer);
    },
  };
}

async function serve(
  { handler, chunks }: { handler: RequestHandler; chunks: ChunkPool },
  request: HttpRequest,
  response: HttpResponse,
  peer: TlsPeer,
): Promise<void> {
  const departure = new Departure();
  let answered = false;
  response.once('close', () => {
    if (!answered) departure.happened();
  });
  // A write that meets a closing connection fails there; `close` is all that matters.
  response.on('error', ignore);
  try {
    const head = requestHead(request, peer);
    const { method } = head;
    const body: RequestBody =
      method === 'GET' || method === 'HEAD'
        ? NO_BODY
        : head.info.subresource === 'proxy'
          ? { type: 'stream', stream: request, contentType: request.headers['content-type'] ?? '' }
          : await readBody(request);
    const answer = await handler.handle(new HttpApiRequest(head, body, departure));
    const writing = writeResponse(request, response, answer, { peer, departure, chunks });
    if (writing !== undefined) await writing;
    answered = true;
  } catch (error) {
    if (departure.gone) return;
    writeError(response, toStatusError(error));
  }
}

const NO_BODY: RequestBody = { type: 'none' };
const ignore = (): void => undefined;

import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import { isAborted } from '../../base/abort.ts';
import { exponentialBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import { http2ServerOver, type Http2Acceptor } from '../../host/reversedHttp2.ts';
import { keepAlive } from '../../host/webSocketKeepAlive.ts';
import { webSocketStream } from '../../host/webSocketStream.ts';
import {
  AGENT_DIGEST_HEADER,
  LINK_PATH,
  LINK_PATH_HEADER,
  LINK_PROTOCOL,
  LINK_SILENCE_MS,
  LINK_UPGRADE_AUTHORITY,
} from '../../protocol/agentLink.ts';
import { dial } from './dial.ts';
import type { MachineClock } from './machineClock.ts';
import { tunnelTcp } from './tunnel.ts';

/** What the agent serves over the link. */
export interface AgentHandlers {
  /** A request as a kubelet gets it. */
  handle(request: Http2ServerRequest, response: Http2ServerResponse): void;
  /** The client's own upgrade request and everything after it, as raw bytes, for a streaming endpoint (`path`). */
  upgrade(path: string, tunnel: Duplex): void;
}

export interface LinkTarget {
  /** `https://ADDRESS:PORT` */
  readonly server: string;
  readonly ca: string;
  /** Key and certificate of the node, PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface LinkOptions {
  /** Where to dial; asked before each attempt, for addresses change. */
  readonly target: () => Promise<LinkTarget>;
  readonly handlers: AgentHandlers;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The digest of the bundle that runs; missing where there is none (tests, simulated nodes). */
  readonly agentDigest?: string | undefined;
  /** The control plane has another agent for this node. */
  readonly onRenew: () => void;
  /** Missing where the machine has no clock of its own. */
  readonly machineClock?: MachineClock | undefined;
}

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const UPGRADE_REQUIRED = 426;
/** A link that lived this long was a good one: the next retry starts from the beginning. */
const STEADY_MS = 10_000;

/**
 * Keeps this node linked to the control plane until the signal aborts: dials, serves what comes over the link, dials
 * again when it breaks, with back-off and jitter so that a restarted control plane is not met by all nodes at once.
 */
export async function runLink(options: LinkOptions, signal: AbortSignal): Promise<void> {
  const { clock, random, logger, handlers } = options;
  const acceptor = serveLink(handlers);
  const fresh = exponentialBackoff({
    initialMs: FIRST_RETRY_MS,
    maxMs: MAX_RETRY_MS,
    jitter: 0.5,
    random: () => random.number(),
  });
  let backoff = fresh;
  while (!signal.aborted) {
    const began = clock.monotonic();
    try {
      await serveOnce(options, acceptor, signal);
      logger.info('link closed');
    } catch (error) {
      logger.warn('no link to the control plane', { error });
      if (await mended(options, error)) continue;
    }
    if (isAborted(signal)) break;
    if (clock.monotonic() - began > STEADY_MS) backoff = fresh;
    await clock.sleep(backoff.delayMs, signal).catch(() => undefined);
    backoff = backoff.next();
  }
  acceptor.close();
}

async function mended({ machineClock, target }: LinkOptions, failure: unknown): Promise<boolean> {
  if (machineClock === undefined) return false;
  const { server, ca } = await target();
  return machineClock.mend(failure, server, ca);
}

/** The HTTP/2 server that a link carries. */
export function serveLink(handlers: AgentHandlers): Http2Acceptor {
  return http2ServerOver(
    (request, response) => handlers.handle(request, response),
    (request, response) => onConnect(handlers, request, response),
  );
}

/** One connection from dial to end. Rejects where it could not be made or broke off. */
async function serveOnce(options: LinkOptions, acceptor: Http2Acceptor, signal: AbortSignal): Promise<void> {
  const { clock, logger, agentDigest, onRenew, machineClock } = options;
  const { server, ca, cert, key } = await options.target();
  const socket = dial({
    server,
    path: LINK_PATH,
    protocol: LINK_PROTOCOL,
    ca,
    cert,
    key,
    headers: agentDigest === undefined ? {} : { [AGENT_DIGEST_HEADER]: agentDigest },
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
    machineClock,
  });
  socket.on('ping', (payload) => {
    const time = Number(payload.toString('latin1'));
    if (time > 0) void machineClock?.hinted(time, server, ca);
  });
  const abort = (): void => socket.terminate();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('close', () => resolve());
      socket.once('unexpected-response', (request, response) => {
        if (response.statusCode === UPGRADE_REQUIRED) onRenew();
        reject(new Error(`the control plane answered ${response.statusCode ?? 0}`));
        request.destroy();
      });
      socket.once('open', () => {
        logger.info('linked', { server });
        keepAlive(socket, { clock, intervalMs: LINK_SILENCE_MS, ping: () => '' });
        const stream = webSocketStream(socket);
        stream.once('error', reject);
        acceptor.accept(stream);
      });
    });
  } finally {
    signal.removeEventListener('abort', abort);
    socket.terminate();
  }
}

function onConnect(
  handlers: AgentHandlers,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): void {
  if (request.authority !== LINK_UPGRADE_AUTHORITY) {
    tunnelTcp(request, response);
    return;
  }
  const path = request.headers[LINK_PATH_HEADER];
  response.writeHead(typeof path === 'string' ? 200 : 400);
  if (typeof path === 'string') handlers.upgrade(path, request.stream);
  else response.end();
}

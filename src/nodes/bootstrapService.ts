import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Logger } from '../base/logger.ts';
import { BOOTSTRAP_PROTOCOL, type BootstrapAnswer, type BootstrapOffer } from '../protocol/agentLink.ts';
import { bearerToken, peerNode } from './identity.ts';
import type { EnrolmentTokens } from './tokens.ts';
import { acceptor, refuseUpgrade } from './upgrade.ts';

const CHUNK = 256 * 1024;

/** The agent as nodes receive it: one file. */
export interface AgentBundle {
  readonly content: Uint8Array;
  /** `sha256:HEX` of the content. */
  readonly digest: string;
}

export function agentBundle(content: Uint8Array): AgentBundle {
  return { content, digest: `sha256:${createHash('sha256').update(content).digest('hex')}` };
}

export interface BootstrapService {
  /** Serves one machine's bootstrap: offers the agent and sends it where it is wanted. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
}

/** Installs and renews agents: a WebSocket over which a machine that may become a node receives the agent bundle. */
export function createBootstrapService(options: {
  readonly bundle: AgentBundle;
  readonly tokens: EnrolmentTokens;
  readonly logger: Logger;
}): BootstrapService {
  const { bundle, tokens, logger } = options;
  const accept = acceptor(BOOTSTRAP_PROTOCOL);
  const offer: BootstrapOffer = { type: 'agent', digest: bundle.digest, size: bundle.content.length };

  return {
    async handleUpgrade(request, socket, head): Promise<void> {
      const token = bearerToken(request.headers);
      const node = peerNode(socket) ?? (token === undefined ? undefined : await tokens.verify(token));
      if (node === undefined) {
        refuseUpgrade(socket, 401, 'Unauthorized');
        return;
      }
      accept(request, socket, head, (webSocket) => {
        webSocket.on('error', (error) => logger.warn('bootstrap failed', { node, error }));
        webSocket.once('message', (data) => {
          if (!wantsBundle(data)) {
            webSocket.close(1000);
            return;
          }
          logger.info('sending the agent', { node, digest: bundle.digest });
          sendFrom(webSocket, bundle.content, 0);
        });
        webSocket.send(JSON.stringify(offer));
      });
    },
  };
}

/** One frame after the other, each when the one before it is on its way: a slow machine holds one frame of memory. */
function sendFrom(socket: WebSocket, content: Uint8Array, offset: number): void {
  if (offset >= content.length) {
    socket.close(1000);
    return;
  }
  const end = Math.min(offset + CHUNK, content.length);
  socket.send(content.subarray(offset, end), { binary: true }, (error) => {
    if (!error) sendFrom(socket, content, end);
  });
}

function wantsBundle(data: RawData): boolean {
  try {
    return (JSON.parse((data as Buffer).toString()) as Partial<BootstrapAnswer> | null)?.type === 'fetch';
  } catch {
    return false;
  }
}

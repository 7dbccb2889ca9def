import { createHash } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { TlsPeer, Upgrade } from '../host/httpsListener.ts';
import {
  BOOTSTRAP_PROTOCOL,
  type BootstrapAnswer,
  type BootstrapOffer,
  type NodeSettings,
} from '../protocol/agentLink.ts';
import { bearerToken, peerNode } from './identity.ts';
import type { EnrolmentTokens } from './tokens.ts';
import { createUpgrades } from './upgrade.ts';

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
  readonly upgrade: Upgrade;
}

/** Installs and renews agents: a WebSocket over which a machine that may become a node receives the agent bundle. */
export function createBootstrapService(options: {
  readonly bundle: AgentBundle;
  readonly tokens: EnrolmentTokens;
  /** The current declaration of the node; undefined if there is none. */
  readonly settings: (node: string) => Promise<NodeSettings | undefined>;
  readonly clock: Clock;
  readonly logger: Logger;
}): BootstrapService {
  const { bundle, tokens, settings, clock, logger } = options;
  const upgrades = createUpgrades(BOOTSTRAP_PROTOCOL, clock);

  const nodeOf = async (request: Parameters<Upgrade>[0], peer: TlsPeer): Promise<string | undefined> => {
    const token = bearerToken(request.headers);
    const certified = peerNode(peer);
    if (certified !== undefined && (await tokens.knows(certified))) return certified;
    return token === undefined ? undefined : tokens.verify(token);
  };
  const offerTo = async (node: string): Promise<BootstrapOffer> => {
    const declared = await settings(node);
    return {
      type: 'agent',
      digest: bundle.digest,
      size: bundle.content.length,
      ...(declared === undefined ? {} : { node: declared }),
    };
  };
  const serve = (node: string, offer: BootstrapOffer, socket: WebSocket): void => {
    socket.on('error', (error) => logger.warn('bootstrap failed', { node, error }));
    socket.once('message', (data) => {
      if (!wantsBundle(data)) {
        socket.close(1000);
        return;
      }
      logger.info('sending the agent', { node, digest: bundle.digest });
      sendFrom(socket, bundle.content, 0);
    });
    socket.send(JSON.stringify(offer));
  };

  return {
    upgrade(request, socket, head, peer): void {
      const answer = async (): Promise<void> => {
        const node = await nodeOf(request, peer);
        if (node === undefined) {
          upgrades.refuse(socket, 401, 'Unauthorized');
          return;
        }
        const offer = await offerTo(node);
        upgrades.accept(request, socket, head, (webSocket) => serve(node, offer, webSocket));
      };
      answer().catch((error: unknown) => {
        logger.error('bootstrap failed', { error });
        upgrades.refuse(socket, 500, 'Internal Server Error');
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

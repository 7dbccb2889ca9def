import type { WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/events.ts';
import type { Logger } from '../base/logger.ts';
import type { Upgrade } from '../host/httpsListener.ts';
import { AGENT_DIGEST_HEADER, LINK_PROTOCOL } from '../protocol/agentLink.ts';
import { peerNode } from './identity.ts';
import { openSession, type NodeSession } from './session.ts';
import { acceptor, refuseUpgrade } from './upgrade.ts';

/** Where nodes are linked: at most one session per node, known by the node's certificate and never by its address. */
export interface NodeHub extends Disposable {
  session(node: string): NodeSession | undefined;
  nodes(): readonly string[];
  readonly onConnected: Event<string>;
  /** Not when a newer connection of the same node takes over. */
  readonly onDisconnected: Event<string>;
  /** Takes over a WebSocket upgrade to LINK_PATH. */
  readonly upgrade: Upgrade;
}

export function createNodeHub(options: {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the agent that nodes should run: one that says it runs another is told to renew itself. */
  readonly agentDigest: string;
}): NodeHub {
  const { clock, logger, agentDigest } = options;
  const accept = acceptor(LINK_PROTOCOL);
  const sessions = new Map<string, NodeSession>();
  const connected = new Emitter<string>();
  const disconnected = new Emitter<string>();
  let disposed = false;

  const link = (node: string, socket: WebSocket): void => {
    // The node knows best which of its connections is alive: the newest.
    const previous = sessions.get(node);
    const session = openSession(node, socket, clock);
    sessions.set(node, session);
    previous?.close();
    void session.closed.then(() => {
      if (sessions.get(node) !== session) return;
      sessions.delete(node);
      logger.info('node disconnected', { node });
      if (!disposed) disconnected.fire(node);
    });
    logger.info('node connected', { node, replaced: previous !== undefined });
    if (previous === undefined) connected.fire(node);
  };

  return {
    session: (node) => sessions.get(node),
    nodes: () => [...sessions.keys()],
    onConnected: connected.event,
    onDisconnected: disconnected.event,
    upgrade(request, socket, head, peer): void {
      const node = peerNode(peer);
      const digest = request.headers[AGENT_DIGEST_HEADER];
      if (disposed) refuseUpgrade(socket, 503, 'Service Unavailable');
      else if (node === undefined) refuseUpgrade(socket, 401, 'Unauthorized');
      else if (digest !== undefined && digest !== agentDigest) refuseUpgrade(socket, 426, 'Upgrade Required');
      else accept(request, socket, head, (webSocket) => link(node, webSocket));
    },
    dispose(): void {
      disposed = true;
      for (const session of [...sessions.values()]) session.close();
      connected.dispose();
      disconnected.dispose();
    },
  };
}

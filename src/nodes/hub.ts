import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import { type Disposable, toDisposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/events.ts';
import type { Logger } from '../base/logger.ts';
import type { Upgrade } from '../host/httpsListener.ts';
import { AGENT_DIGEST_HEADER, LINK_PROTOCOL } from '../protocol/agentLink.ts';
import { peerNode } from './identity.ts';
import { openSession, sessionOver, type NodeSession } from './session.ts';
import { createUpgrades } from './upgrade.ts';

/** Where nodes are linked: at most one session per node, known by the node's certificate and never by its address. */
export interface NodeHub extends Disposable {
  session(node: string): NodeSession | undefined;
  /** The nodes that are linked by a connection of their own. */
  nodes(): readonly string[];
  /** A node whose agent runs in this process: `open` gives a stream to it when one is first needed, and again after it ended. */
  attach(node: string, open: () => Duplex): Disposable;
  readonly onConnected: Event<string>;
  /** Not when a newer connection of the same node takes over. */
  readonly onDisconnected: Event<string>;
  /** Takes over a WebSocket upgrade to LINK_PATH. */
  readonly upgrade: Upgrade;
}

export function createNodeHub(options: {
  /** Whether a node still belongs to the cluster: certificates outlive the nodes that they were given to. */
  readonly knows: (node: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The digest of the agent that nodes should run. A node that reports another one is told to renew its agent. */
  readonly agentDigest: string;
}): NodeHub {
  const { knows, clock, logger, agentDigest } = options;
  const upgrades = createUpgrades(LINK_PROTOCOL, clock);
  const sessions = new Map<string, NodeSession>();
  const connected = new Emitter<string>();
  const disconnected = new Emitter<string>();
  const attached = new Map<string, { readonly open: () => Duplex; session?: NodeSession }>();
  let disposed = false;

  const attachedSession = (node: string): NodeSession | undefined => {
    const entry = attached.get(node);
    if (entry === undefined) return undefined;
    if (entry.session === undefined || entry.session.http2.destroyed) {
      entry.session = sessionOver(node, entry.open());
    }
    return entry.session;
  };
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
    session: (node) => sessions.get(node) ?? attachedSession(node),
    nodes: () => [...sessions.keys()],
    attach(node, open): Disposable {
      const entry: { readonly open: () => Duplex; session?: NodeSession } = { open };
      attached.set(node, entry);
      return toDisposable(() => {
        if (attached.get(node) === entry) attached.delete(node);
        entry.session?.close();
      });
    },
    onConnected: connected.event,
    onDisconnected: disconnected.event,
    upgrade(request, socket, head, peer): void {
      const node = peerNode(peer);
      const digest = request.headers[AGENT_DIGEST_HEADER];
      const refuse = (code: number, reason: string): void => upgrades.refuse(socket, code, reason);
      if (node === undefined) {
        refuse(401, 'Unauthorized');
        return;
      }
      knows(node).then(
        (isKnown) => {
          if (disposed) refuse(503, 'Service Unavailable');
          else if (!isKnown) refuse(403, 'Forbidden');
          else if (digest !== undefined && digest !== agentDigest) refuse(426, 'Upgrade Required');
          else upgrades.accept(request, socket, head, (webSocket) => link(node, webSocket));
        },
        (error: unknown) => {
          logger.error('a node could not be linked', { node, error });
          refuse(500, 'Internal Server Error');
        },
      );
    },
    dispose(): void {
      disposed = true;
      for (const session of [...sessions.values()]) session.close();
      for (const { session } of attached.values()) session?.close();
      attached.clear();
      connected.dispose();
      disconnected.dispose();
    },
  };
}

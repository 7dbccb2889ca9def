import { duplexPair, type Duplex } from 'node:stream';
import type { Disposable } from '../../base/disposable.ts';
import { serveLink, type AgentHandlers } from './link.ts';

export interface LocalLink extends Disposable {
  /** A stream to the agent, as a WebSocket would be: one HTTP/2 connection of which the other end is the client. */
  open(): Duplex;
}

/** The link of an agent that runs in the control plane's own process: no socket between. */
export function localLink(handlers: AgentHandlers): LocalLink {
  const acceptor = serveLink(handlers);
  return {
    open(): Duplex {
      const [near, far] = duplexPair();
      acceptor.accept(far);
      return near;
    },
    dispose: () => acceptor.close(),
  };
}

/** The node's side of the link bench, in a process of its own: serves bulk data and small answers over the link. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { runLink, type AgentHandlers, type LinkTarget } from '../../src/agent/link/link.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';

const CHUNK = Buffer.alloc(64 * 1024, 7);

interface Answer {
  write(chunk: Uint8Array): boolean;
  end(text: string): unknown;
  once(event: 'drain', listener: () => void): unknown;
}

/** `/bulk/BYTES` answers with so many bytes, anything else with `ok`. */
function serve(url: string, answer: Answer): void {
  const bytes = Number(/^\/bulk\/(\d+)$/.exec(url)?.[1] ?? 0);
  let sent = 0;
  const flow = (): void => {
    while (sent < bytes) {
      sent += CHUNK.length;
      if (!answer.write(CHUNK)) {
        answer.once('drain', flow);
        return;
      }
    }
    answer.end(bytes === 0 ? 'ok' : '');
  };
  flow();
}

process.once('message', (target: LinkTarget) => {
  const handlers: AgentHandlers = {
    handle: (request, response) => {
      // A sink: what is sent is read and forgotten, then answered.
      request.resume().once('end', () => serve(request.url, response));
    },
    upgrade: (_path, tunnel) => void tunnel.destroy(),
  };
  void runLink(
    {
      target: () => Promise.resolve(target),
      handlers,
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      onRenew: () => undefined,
    },
    new AbortController().signal,
  );
  // The limit: the same answers over plain HTTPS.
  const plain = createServer({ cert: target.cert, key: target.key }, (request, response) => {
    request.resume().once('end', () => serve(request.url ?? '', response));
  });
  plain.listen(0, '127.0.0.1', () => process.send?.((plain.address() as AddressInfo).port));
});

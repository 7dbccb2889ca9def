import type { HttpRequest, HttpResponse, TlsPeer } from '../host/httpsListener.ts';
import { PRESENCE_PATH, STOP_PATH } from '../protocol/control.ts';

const ADMINISTRATORS = 'system:masters';

/** What the owner of a control plane answers to other windows and commands of the same desktop. */
export interface OwnerEndpoints {
  /** Answers where the path is its own, and tells whether it was. */
  request(request: HttpRequest, response: HttpResponse, peer: TlsPeer): boolean;
  /** Answers the caller that asked to stop; called when everything is written and closed. */
  stopped(): void;
}

export function createOwnerEndpoints(onStop: () => void): OwnerEndpoints {
  const waiting: HttpResponse[] = [];
  let done = false;
  return {
    request(request, response, peer) {
      if (request.url !== STOP_PATH && request.url !== PRESENCE_PATH) return false;
      response.on('error', () => undefined);
      if (peer.certificate?.organizations.includes(ADMINISTRATORS) !== true) {
        response.writeHead(403, {});
        response.end('only administrators of the cluster may ask this\n');
      } else if (request.url === PRESENCE_PATH) {
        response.writeHead(200, {});
        response.flushHeaders();
      } else if (request.method !== 'POST') {
        response.writeHead(405, {});
        response.end();
      } else {
        if (done) response.end();
        else waiting.push(response);
        onStop();
      }
      return true;
    },
    stopped() {
      done = true;
      for (const response of waiting.splice(0)) {
        response.writeHead(200, {});
        response.end();
      }
    },
  };
}

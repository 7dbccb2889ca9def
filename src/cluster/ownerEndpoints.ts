import type { HttpRequest, HttpResponse, TlsPeer } from '../host/httpsListener.ts';
import { PRESENCE_PATH, STOP_PATH } from '../protocol/control.ts';

const ADMINISTRATORS = 'system:masters';

/** What the owner of a control plane answers to other windows and commands of the same desktop. */
export interface OwnerEndpoints {
  /** Answers where the path is its own, and tells whether it was. */
  request(request: HttpRequest, response: HttpResponse, peer: TlsPeer): boolean;
  /** From now on callers that attach are answered; until now they waited. */
  ready(): void;
  /** Nobody can attach any more. */
  stopping(): void;
  /** Answers the caller that asked to stop; called when everything is written and closed. */
  stopped(): void;
}

export function createOwnerEndpoints(onStop: () => void): OwnerEndpoints {
  let phase: 'starting' | 'ready' | 'stopping' | 'stopped' = 'starting';
  const attaching: HttpResponse[] = [];
  const waiting: HttpResponse[] = [];

  const attached = (response: HttpResponse): void => {
    response.writeHead(200, {});
    response.flushHeaders();
  };
  const refused = (response: HttpResponse, code: number, why = ''): void => {
    response.writeHead(code, {});
    response.end(why);
  };
  return {
    request(request, response, peer) {
      if (request.url !== STOP_PATH && request.url !== PRESENCE_PATH) return false;
      response.on('error', () => undefined);
      if (peer.certificate?.organizations.includes(ADMINISTRATORS) !== true) {
        refused(response, 403, 'only administrators of the cluster may ask this\n');
      } else if (request.url === PRESENCE_PATH) {
        if (phase === 'ready') attached(response);
        else if (phase === 'starting') attaching.push(response);
        else refused(response, 503);
      } else if (request.method !== 'POST') {
        refused(response, 405);
      } else {
        if (phase === 'stopped') response.end();
        else waiting.push(response);
        onStop();
      }
      return true;
    },
    ready() {
      phase = 'ready';
      attaching.splice(0).forEach(attached);
    },
    stopping() {
      phase = 'stopping';
      for (const response of attaching.splice(0)) refused(response, 503);
    },
    stopped() {
      phase = 'stopped';
      for (const response of attaching.splice(0)) refused(response, 503);
      for (const response of waiting.splice(0)) refused(response, 200);
    },
  };
}

import type { Logger } from '../base/logger.ts';
import { badRequest, StatusError, toStatusError, unauthorized } from '../api/status.ts';
import type { HttpRequest, HttpResponse, HttpsListener, TlsPeer, Upgrade } from '../host/httpsListener.ts';
import { BOOTSTRAP_PATH, ENROL_PATH, LINK_PATH } from '../protocol/agentLink.ts';
import type { BootstrapService } from './bootstrapService.ts';
import type { Enrolment } from './enrolment.ts';
import type { NodeHub } from './hub.ts';
import { bearerToken, peerNode } from './identity.ts';

const MAX_BODY = 64 * 1024;

/** What nodes ask of the API server's port besides the API, below LINK_ROOT. */
export interface NodeGateway {
  /** Answers the request where the path is its own, and tells whether it was. */
  request(request: HttpRequest, response: HttpResponse, peer: TlsPeer): boolean;
  /** Takes the nodes' WebSockets from now on. */
  register(listener: Pick<HttpsListener, 'route'>): void;
}

export function createNodeGateway(options: {
  readonly hub: NodeHub;
  readonly bootstrap: BootstrapService;
  readonly enrolment: Enrolment;
  readonly logger: Logger;
}): NodeGateway {
  const { hub, bootstrap, enrolment, logger } = options;

  const enrol = async (request: HttpRequest, response: HttpResponse, peer: TlsPeer): Promise<void> => {
    try {
      if (request.method !== 'POST') throw new StatusError(405, 'MethodNotAllowed', 'only POST is supported');
      const credentials = { token: bearerToken(request.headers), node: peerNode(peer) };
      // Whose words are read at all: the token itself is checked with them.
      if (credentials.token === undefined && credentials.node === undefined) throw unauthorized();
      reply(response, 200, await enrolment.enrol(await readBody(request), credentials));
    } catch (error) {
      const { status } = toStatusError(error);
      logger.warn('enrolment refused', { code: status.code, reason: status.message });
      reply(response, status.code, status);
    }
  };

  return {
    request(request, response, peer): boolean {
      if (request.url !== ENROL_PATH) return false;
      response.on('error', () => undefined);
      void enrol(request, response, peer);
      return true;
    },
    register(listener): void {
      listener.route(LINK_PATH, guarded(hub.upgrade));
      listener.route(BOOTSTRAP_PATH, guarded(bootstrap.upgrade));
    },
  };
}

/** A connection that breaks off before somebody owns it concerns nobody. */
function guarded(upgrade: Upgrade): Upgrade {
  return (request, socket, head, peer) => {
    socket.on('error', () => undefined);
    upgrade(request, socket, head, peer);
  };
}

async function readBody(request: HttpRequest): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BODY) throw badRequest(`the request body is larger than ${MAX_BODY} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

function reply(response: HttpResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '../base/logger.ts';
import { badRequest, StatusError, toStatusError } from '../api/status.ts';
import { BOOTSTRAP_PATH, ENROL_PATH, LINK_PATH } from '../protocol/agentLink.ts';
import type { BootstrapService } from './bootstrapService.ts';
import type { Enrolment } from './enrolment.ts';
import type { NodeHub } from './hub.ts';
import { bearerToken, peerNode } from './identity.ts';
import { refuseUpgrade } from './upgrade.ts';

const MAX_BODY = 64 * 1024;

/** What nodes ask of the API server's port besides the API, below LINK_ROOT. Each tells whether the path is its own. */
export interface NodeGateway {
  request(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

export function createNodeGateway(options: {
  readonly hub: NodeHub;
  readonly bootstrap: BootstrapService;
  readonly enrolment: Enrolment;
  readonly logger: Logger;
}): NodeGateway {
  const { hub, bootstrap, enrolment, logger } = options;

  const enrol = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      if (request.method !== 'POST') throw new StatusError(405, 'MethodNotAllowed', 'only POST is supported');
      const answer = await enrolment.enrol(await readBody(request), {
        token: bearerToken(request.headers),
        node: peerNode(request.socket),
      });
      reply(response, 200, answer);
    } catch (error) {
      const { status } = toStatusError(error);
      logger.warn('enrolment refused', { code: status.code, reason: status.message });
      reply(response, status.code, status);
    }
  };

  return {
    request(request, response): boolean {
      if (pathOf(request) !== ENROL_PATH) return false;
      void enrol(request, response);
      return true;
    },
    upgrade(request, socket, head): boolean {
      switch (pathOf(request)) {
        case LINK_PATH:
          hub.handleUpgrade(request, socket, head);
          return true;
        case BOOTSTRAP_PATH:
          bootstrap.handleUpgrade(request, socket, head).catch((error: unknown) => {
            logger.error('bootstrap failed', { error });
            refuseUpgrade(socket, 500, 'Internal Server Error');
          });
          return true;
        default:
          return false;
      }
    },
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

async function readBody(request: IncomingMessage): Promise<string> {
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

function reply(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

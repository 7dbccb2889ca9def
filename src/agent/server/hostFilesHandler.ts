import type { Http2ServerRequest } from 'node:http2';
import type { Logger } from '../../base/logger.ts';
import { HOST_FILES_PATH, type HostFiles, OWNER_AUTHORITY } from '../../protocol/agentLink.ts';
import type { AgentHandlers } from '../link/link.ts';
import { HttpError, sendError } from './httpError.ts';

/** Some hundred authorities; a desktop has a handful of its own. */
const MAX_BODY = 4 * 2 ** 20;

/** Takes what the owner says of the desktop; everything else is for `handlers`, the same path asked by others too. */
export function withHostFiles(
  handlers: AgentHandlers,
  take: (files: HostFiles) => Promise<void>,
  logger: Logger,
): AgentHandlers {
  return {
    upgrade: (path, tunnel) => handlers.upgrade(path, tunnel),
    handle(request, response) {
      if (request.authority !== OWNER_AUTHORITY || request.url !== HOST_FILES_PATH) {
        handlers.handle(request, response);
        return;
      }
      const answer = async (): Promise<void> => {
        if (request.method !== 'PUT') throw new HttpError(405, 'only PUT is supported');
        await take(filesOf(await bodyOf(request)));
        response.end();
      };
      answer().catch((error: unknown) => sendError(response, error, logger));
    },
  };
}

async function bodyOf(request: Http2ServerRequest): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new HttpError(413, 'the files are too large');
  }
  return Buffer.concat(chunks).toString();
}

/** The wrong value is not shown: it may be a password. */
function filesOf(text: string): HostFiles {
  try {
    const { proxy, certificates } = JSON.parse(text) as Record<keyof HostFiles, unknown>;
    return {
      ...(typeof proxy === 'string' ? { proxy } : {}),
      ...(typeof certificates === 'string' ? { certificates } : {}),
    };
  } catch {
    throw new HttpError(400, 'the files are no JSON object');
  }
}

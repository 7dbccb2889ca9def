import type { Logger } from '../../base/logger.ts';
import { LOCAL_VOLUMES_PATH, OWNER_AUTHORITY } from '../../protocol/agentLink.ts';
import type { AgentHandlers } from '../link/link.ts';
import { HttpError, sendError } from './httpError.ts';

const PREFIX = `${LOCAL_VOLUMES_PATH}/`;

/** Has a volume removed where the owner asks for it; everything else is for `handlers`, the same path asked by others too. */
export function withLocalVolumes(
  handlers: AgentHandlers,
  remove: (volume: string) => Promise<void>,
  logger: Logger,
): AgentHandlers {
  return {
    upgrade: (path, tunnel) => handlers.upgrade(path, tunnel),
    handle(request, response) {
      if (request.authority !== OWNER_AUTHORITY || !request.url.startsWith(PREFIX)) {
        handlers.handle(request, response);
        return;
      }
      const answer = async (): Promise<void> => {
        if (request.method !== 'DELETE') throw new HttpError(405, 'only DELETE is supported');
        await remove(decodeURIComponent(request.url.slice(PREFIX.length)));
        response.end();
      };
      answer().catch((error: unknown) => sendError(response, error, logger));
    },
  };
}

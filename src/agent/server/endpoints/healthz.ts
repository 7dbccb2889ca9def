import { HttpError } from '../httpError.ts';
import { type AgentRoute, sendText } from '../route.ts';

const CHECKS = new Set(['', 'ping', 'log', 'syncloop']);

/** `/healthz`: an agent that answers is well. */
export const healthzRoute: AgentRoute = {
  name: 'healthz',
  serve(call) {
    if (!CHECKS.has(call.rest.join('/'))) throw new HttpError(404, '404 page not found');
    sendText(call, 'ok');
  },
};

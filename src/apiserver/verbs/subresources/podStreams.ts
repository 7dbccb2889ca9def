import { booleanOption, portOptions } from '../../../api/queryOptions.ts';
import { badRequest } from '../../../api/status.ts';
import { agentPaths } from '../../../protocol/agentLink.ts';
import type { Exchange } from '../../exchange.ts';
import type { Handler, HandlerOptions } from '../handler.ts';
import { demandCreate } from '../mayCreate.ts';
import { containerOf, nodeOf, podOf } from './podTarget.ts';
import { upgradeInto, wantsUpgrade } from './tunnel.ts';

/** GET (WebSocket) and POST (SPDY) of pods/exec: a process in a container, on the client's own connection. */
export const exec: Handler = async (options, exchange, target) => {
  const { query } = exchange.request;
  const pod = podOf(options, target);
  if (query.getAll('command').length === 0)
    throw badRequest('you must specify at least one command for the container');
  const container = containerOf(pod, query.get('container'));
  const sent = streamQuery(query);
  for (const part of query.getAll('command')) sent.append('command', part);
  return open(
    options,
    exchange,
    nodeOf(pod),
    agentPaths.exec(target.namespace, target.name, container),
    sent,
  );
};

/** pods/attach: the container's own process. */
export const attach: Handler = async (options, exchange, target) => {
  const { query } = exchange.request;
  const pod = podOf(options, target);
  const container = containerOf(pod, query.get('container'));
  const path = agentPaths.attach(target.namespace, target.name, container);
  return open(options, exchange, nodeOf(pod), path, streamQuery(query));
};

/** pods/portforward: ports are named in the stream (SPDY) or in the query (WebSocket). */
export const portForward: Handler = async (options, exchange, target) => {
  const pod = podOf(options, target);
  const ports = portOptions(exchange.request.query, 'ports');
  const sent = new URLSearchParams(ports.length === 0 ? {} : { port: ports.join(',') });
  return open(options, exchange, nodeOf(pod), agentPaths.portForward(target.namespace, target.name), sent);
};

/** PodExecOptions and PodAttachOptions in the kubelet's names (kubelet `remotecommand`). */
function streamQuery(query: URLSearchParams): URLSearchParams {
  const sent = new URLSearchParams();
  if (booleanOption(query, 'stdin')) sent.set('input', '1');
  if (booleanOption(query, 'stdout')) sent.set('output', '1');
  if (booleanOption(query, 'stderr')) sent.set('error', '1');
  if (sent.size === 0) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  if (booleanOption(query, 'tty')) sent.set('tty', '1');
  return sent;
}

async function open(
  options: HandlerOptions,
  exchange: Exchange,
  node: string,
  path: string,
  query: URLSearchParams,
): ReturnType<Handler> {
  // A WebSocket begins with GET but does what POST does (upstream since 1.35).
  if (exchange.request.info.verb === 'get') demandCreate(options.authorizer, exchange);
  if (!wantsUpgrade(exchange)) throw badRequest('Upgrade request required');
  const target = query.size === 0 ? path : `${path}?${query.toString()}`;
  return upgradeInto(await options.nodes.upgrade(node, target, exchange.signal), target);
}

import { booleanOption, portOptions } from '../../../api/queryOptions.ts';
import { badRequest } from '../../../api/status.ts';
import { agentPaths } from '../../../protocol/agentLink.ts';
import type { Exchange } from '../../exchange.ts';
import { admitConnection } from '../admit.ts';
import type { Handler, HandlerOptions, Target } from '../handler.ts';
import { demandCreate } from '../mayCreate.ts';
import { containerOf, nodeOf, podOf } from './podTarget.ts';
import { upgradeInto, wantsUpgrade } from './tunnel.ts';

/** GET (WebSocket) and POST (SPDY) of pods/exec: a process in a container, on the client's own connection. */
export const exec: Handler = async (options, exchange, target) => {
  const { query } = exchange.request;
  const asked = { ...streams(query), ...named(query), command: query.getAll('command') };
  await admit(options, exchange, target, asked);
  const pod = await podOf(options, target, exchange.signal);
  if (asked.command.length === 0) throw badRequest('you must specify at least one command for the container');
  const container = containerOf(pod, query.get('container'));
  const sent = streamQuery(query);
  for (const part of asked.command) sent.append('command', part);
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
  await admit(options, exchange, target, { ...streams(query), ...named(query) });
  const pod = await podOf(options, target, exchange.signal);
  const container = containerOf(pod, query.get('container'));
  const path = agentPaths.attach(target.namespace, target.name, container);
  return open(options, exchange, nodeOf(pod), path, streamQuery(query));
};

/** pods/portforward: ports are named in the stream (SPDY) or in the query (WebSocket). */
export const portForward: Handler = async (options, exchange, target) => {
  const ports = portOptions(exchange.request.query, 'ports');
  await admit(options, exchange, target, ports.length === 0 ? {} : { ports });
  const pod = await podOf(options, target, exchange.signal);
  const sent = new URLSearchParams(ports.length === 0 ? {} : { port: ports.join(',') });
  return open(options, exchange, nodeOf(pod), agentPaths.portForward(target.namespace, target.name), sent);
};

/** A WebSocket begins with GET but does what POST does (upstream since 1.35), which another right is needed for. */
async function admit(
  options: HandlerOptions,
  exchange: Exchange,
  target: Target,
  asked: object,
): Promise<void> {
  if (exchange.request.info.verb === 'get') demandCreate(options.authorizer, exchange);
  await admitConnection(options, exchange, target, asked);
}

/** What PodExecOptions and PodAttachOptions say of streams, each only where it is true. */
function streams(query: URLSearchParams): Readonly<Record<string, true>> {
  return Object.fromEntries(
    ['stdin', 'stdout', 'stderr', 'tty'].flatMap((name) =>
      booleanOption(query, name) ? [[name, true as const]] : [],
    ),
  );
}

function named(query: URLSearchParams): { readonly container?: string } {
  const container = query.get('container') ?? '';
  return container === '' ? {} : { container };
}

/** The streams in the kubelet's names (kubelet `remotecommand`). */
function streamQuery(query: URLSearchParams): URLSearchParams {
  const { stdin, stdout, stderr, tty } = streams(query);
  if (stdin === undefined && stdout === undefined && stderr === undefined) {
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  const sent = new URLSearchParams();
  for (const [name, value] of Object.entries({ input: stdin, output: stdout, error: stderr, tty })) {
    if (value === true) sent.set(name, '1');
  }
  return sent;
}

async function open(
  options: HandlerOptions,
  exchange: Exchange,
  node: string,
  path: string,
  query: URLSearchParams,
): ReturnType<Handler> {
  if (!wantsUpgrade(exchange)) throw badRequest('Upgrade request required');
  const target = query.size === 0 ? path : `${path}?${query.toString()}`;
  return upgradeInto(await options.nodes.upgrade(node, target, exchange.signal), target);
}

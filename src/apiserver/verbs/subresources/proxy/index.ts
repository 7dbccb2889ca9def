import type { Pod, Service } from '../../../../api/types.ts';
import type { Exchange } from '../../../exchange.ts';
import { admitConnection } from '../../admit.ts';
import type { Handler, HandlerOptions, Target } from '../../handler.ts';
import { getObject } from '../../../registry/get.ts';
import { upgradeInto, wantsUpgrade } from '../tunnel.ts';
import { forward, forwarded, methodOf, missingSlash, targetPath } from './forward.ts';
import { parseProxyName, podLocation, serviceLocation } from '../../../location.ts';

/** pods/proxy: HTTP to a pod, in whatever method. */
export const podProxy: Handler = async (options, exchange, target) => {
  await admitProxy(options, exchange, target);
  const parsed = parseProxyName(target.name);
  const { object } = await getObject(
    options.registry,
    { ...target, name: parsed.name },
    () => exchange.signal,
  );
  return forward(options, exchange, podLocation(object as Pod, parsed));
};

/** services/proxy: HTTP to one of the ready endpoints of a service. */
export const serviceProxy: Handler = async (options, exchange, target) => {
  await admitProxy(options, exchange, target);
  const { cache, random } = options.registry;
  const parsed = parseProxyName(target.name);
  const { object } = await getObject(
    options.registry,
    { ...target, name: parsed.name },
    () => exchange.signal,
  );
  const location = serviceLocation(object as Service, parsed, cache, () => random.number());
  return forward(options, exchange, location);
};

/** nodes/proxy: the node's agent itself. */
export const nodeProxy: Handler = async (options, exchange, target) => {
  await admitProxy(options, exchange, target);
  const { name: node } = parseProxyName(target.name);
  await getObject(options.registry, { ...target, name: node }, () => exchange.signal);
  const redirect = missingSlash(exchange);
  if (redirect !== undefined) return redirect;
  const path = targetPath(exchange);
  if (wantsUpgrade(exchange)) {
    return upgradeInto(await options.nodes.upgrade(node, path, exchange.signal), path);
  }
  const { body, headers } = exchange.request;
  const answer = await options.nodes.request(node, {
    method: methodOf(exchange),
    path,
    headers: forwarded(headers),
    ...(body.type === 'stream' ? { body: body.stream } : {}),
    signal: exchange.signal,
  });
  return { type: 'raw', code: answer.code, headers: forwarded(answer.headers), body: answer.body };
};

/** PodProxyOptions, ServiceProxyOptions and NodeProxyOptions say the path alone. */
function admitProxy(options: HandlerOptions, exchange: Exchange, target: Target): Promise<void> {
  const { rest } = exchange.request.info;
  return admitConnection(options, exchange, target, rest === '' ? {} : { path: rest });
}

import type { Verb } from '../../../api/request.ts';
import type { Handler } from '../handler.ts';
import { bind } from './binding.ts';
import { evict } from './eviction.ts';
import { finalize } from './finalize.ts';
import { log } from './log.ts';
import { attach, exec, portForward } from './podStreams.ts';
import { nodeProxy, podProxy, serviceProxy } from './proxy/index.ts';
import { getScale, patchScale, updateScale } from './scale.ts';
import { createToken } from './token.ts';

export type VerbHandlers = Partial<Record<Verb, Handler>>;

/** The scale subresource, for every kind that says where its replicas are. */
export const scale: VerbHandlers = { get: getScale, update: updateScale, patch: patchScale };

/** The other subresources, by `plural/name` of the core group. */
export const subresources: Readonly<Record<string, VerbHandlers>> = {
  'pods/binding': { create: bind },
  'pods/eviction': { create: evict },
  'pods/log': { get: log },
  'pods/exec': { get: exec, create: exec },
  'pods/attach': { get: attach, create: attach },
  'pods/portforward': { get: portForward, create: portForward },
  'pods/proxy': inAnyMethod(podProxy),
  'services/proxy': inAnyMethod(serviceProxy),
  'nodes/proxy': inAnyMethod(nodeProxy),
  'namespaces/finalize': { update: finalize },
  'serviceaccounts/token': { create: createToken },
};

function inAnyMethod(handler: Handler): VerbHandlers {
  return {
    get: handler,
    create: handler,
    update: handler,
    patch: handler,
    delete: handler,
    options: handler,
  };
}

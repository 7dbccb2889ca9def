import type { Draft } from '../../api/meta.ts';
import { AdmissionRequest, type Asker } from '../admission/attributes.ts';
import type { Exchange } from '../exchange.ts';
import type { WriteContext } from '../registry/context.ts';
import type { HandlerOptions, Target } from './handler.ts';
import { bodyTypeOf } from './subresources/body.ts';

/**
 * Asks admission about the body of a POST to a subresource: it is a CREATE of what is sent (Binding, Eviction,
 * TokenRequest), whatever is done with it.
 */
export function creationOf(context: WriteContext, target: Target, object: Draft): AdmissionRequest {
  const { served, namespace, name, subresource } = target;
  return new AdmissionRequest(context, {
    operation: 'CREATE',
    resource: served.resource,
    subresource,
    kind: bodyTypeOf(target),
    namespace,
    name,
    object,
    old: undefined,
  });
}

/**
 * Asks admission whether a client may be connected to what an object stands for (exec, attach, port-forward, proxy).
 * `options` is what the query says, in the form of the subresource's kind.
 */
export async function admitConnection(
  { registry }: Pick<HandlerOptions, 'registry'>,
  exchange: Exchange,
  target: Target,
  options: object,
): Promise<void> {
  const { served, namespace, name, subresource } = target;
  const { group, version, kind } = bodyTypeOf(target);
  // The rest of the query may be for somebody behind this server.
  const asker: Asker = {
    user: exchange.user,
    dryRun: false,
    options: () => ({}),
    warn: (message) => exchange.warnings.push(message),
    annotate: (key, value, level) => exchange.audit?.annotate(key, value, level),
    signal: () => exchange.signal,
    deadline: exchange.deadline,
  };
  const request = new AdmissionRequest(asker, {
    operation: 'CONNECT',
    resource: served.resource,
    subresource,
    kind: { group, version, kind },
    namespace,
    name,
    object: { kind, apiVersion: version, ...options } as unknown as Draft,
    old: undefined,
  });
  await registry.admission.mutate(request);
  await registry.admission.validate(request);
}

import { cloneJson } from '../../api/clone.ts';
import { badRequest } from '../../api/status.ts';
import type { Draft } from '../../api/meta.ts';
import { fromAddress } from '../registry/conversion.ts';
import { strategyOf } from '../registry/strategy.ts';
import { updateObject } from '../registry/update.ts';
import { decodeObject } from './decode.ts';
import { type Handler, objectResponse, type Target } from './handler.ts';
import { demandCreate } from './mayCreate.ts';
import { fieldValidation, writeContext } from './writeOptions.ts';

/** PUT of an object or of its status. */
export const update: Handler = async (options, exchange, target) => {
  const { served, namespace, name, subresource } = target;
  const context = writeContext(exchange, 'UpdateOptions');
  const draft = decodeObject(exchange, served, fieldValidation(exchange, 'UpdateOptions'));
  checkAddress(draft, target);
  const sent = await fromAddress(served, draft);
  // Admission and preparation change what they are given. A lost race is tried again only for a write without a
  // condition, which therefore keeps a copy.
  const conditional = (sent.metadata.resourceVersion ?? '') !== '';
  const { entry, created } = await updateObject(options.registry, context, {
    served,
    namespace,
    name,
    subresource,
    strategy: strategyOf(served.kind, subresource),
    allowCreate:
      subresource === '' &&
      served.kind.createOnUpdate === true &&
      (() => demandCreate(options.authorizer, exchange)),
    desired: () => (conditional ? sent : cloneJson(sent)),
  });
  return objectResponse(served, entry, created ? 201 : 200);
};

/** The body must be about the object that the URL names. */
export function checkAddress(draft: Draft, { served, namespace, name }: Target): void {
  const { metadata } = draft;
  if ((metadata.name ?? '') === '') {
    throw badRequest(`name is required`);
  }
  if (metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`,
    );
  }
  if (!served.resource.namespaced) return;
  if ((metadata.namespace ?? '') === '') metadata.namespace = namespace;
  else if (metadata.namespace !== namespace) {
    throw badRequest(
      `the namespace of the object (${metadata.namespace ?? ''}) does not match the namespace on the request (${namespace})`,
    );
  }
}

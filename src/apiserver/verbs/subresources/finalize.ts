import { cloneJson } from '../../../api/clone.ts';
import type { Handler } from '../handler.ts';
import { decodeObject } from '../decode.ts';
import { objectResponse } from '../handler.ts';
import { checkAddress } from '../update.ts';
import { fieldValidation, writeContext } from '../writeOptions.ts';
import { keepAllBut, type UpdateStrategy } from '../../registry/strategy.ts';
import { updateObject } from '../../registry/update.ts';

/** Takes spec.finalizers alone, which an ordinary update may not change (core/namespace `strategy.go`). */
const finalizeStrategy: UpdateStrategy = {
  takesDocument: false,
  prepare: (draft, old) => keepAllBut(['apiVersion', 'kind', 'metadata', 'spec'], draft, old),
  validate: () => [],
};

/** PUT namespaces/finalize: what empties a namespace says that it is done; with the last finalizer it goes. */
export const finalize: Handler = async (options, exchange, target) => {
  const context = writeContext(exchange, 'UpdateOptions');
  const { served, namespace, name } = target;
  const draft = decodeObject(exchange, served, fieldValidation(exchange, 'UpdateOptions'));
  checkAddress(draft, target);
  const { entry } = await updateObject(options.registry, context, {
    served,
    namespace,
    name,
    subresource: 'finalize',
    strategy: finalizeStrategy,
    allowCreate: false,
    desired: () => cloneJson(draft),
  });
  return objectResponse(served, entry);
};

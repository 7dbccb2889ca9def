import { badRequest } from '../../api/status.ts';
import { fromAddress } from '../registry/conversion.ts';
import { createObject } from '../registry/create.ts';
import { decodeObject } from './decode.ts';
import { type Handler, objectResponse } from './handler.ts';
import { fieldValidation, writeContext } from './writeOptions.ts';

export const create: Handler = async (options, exchange, { served, namespace }) => {
  const context = writeContext(exchange, 'CreateOptions');
  const draft = decodeObject(exchange, served, fieldValidation(exchange, 'CreateOptions'));
  if ((draft.metadata.resourceVersion ?? '') !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const sent = fromAddress(served, draft);
  const entry = await createObject(options.registry, context, {
    served,
    namespace,
    draft: sent instanceof Promise ? await sent : sent,
  });
  return objectResponse(served, entry, 201);
};

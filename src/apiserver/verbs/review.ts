import { invalidObject } from '../../api/fields/fieldErrors.ts';
import type { KubeObject } from '../../api/meta.ts';
import { AdmissionRequest } from '../admission/attributes.ts';
import { setDefaults } from '../registry/defaults.ts';
import { decodeObject } from './decode.ts';
import type { Handler } from './handler.ts';
import { noSuchMethod } from './notServed.ts';
import { fieldValidation, writeContext } from './writeOptions.ts';

/** POST of a kind that is answered and not stored. */
export const review: Handler = async (options, exchange, { served, namespace }) => {
  const context = writeContext(exchange, 'CreateOptions');
  const draft = decodeObject(exchange, served, fieldValidation(exchange, 'CreateOptions'));
  const { resource, kind } = served;
  if (resource.namespaced) draft.metadata.namespace ??= namespace;
  setDefaults(kind, draft);
  const { admission } = options.registry;
  const request = new AdmissionRequest(context, {
    operation: 'CREATE',
    resource,
    subresource: '',
    kind: resource,
    namespace,
    name: '',
    object: draft,
    old: undefined,
    setDefaults: (changed) => setDefaults(kind, changed),
  });
  await admission.mutate(request);
  const errors = kind.validate(draft as unknown as KubeObject);
  if (errors.length > 0) throw invalidObject(resource, draft.metadata.name ?? '', errors);
  await admission.validate(request);
  const answer = options.reviews[resource.plural];
  if (answer === undefined) throw noSuchMethod();
  return { type: 'object', code: 201, object: await answer(draft, exchange.user) };
};

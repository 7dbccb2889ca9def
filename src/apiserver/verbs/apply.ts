import { field, forbiddenField, invalidObject, required } from '../../api/fields/fieldErrors.ts';
import { serverSideApply } from '../../api/managedFields/index.ts';
import type { Draft } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { booleanOption, optionalBoolean, textOption } from '../../api/queryOptions.ts';
import { decodeStrict } from '../../api/schema/index.ts';
import { badRequest, StatusError } from '../../api/status.ts';
import { timeOf } from '../../api/time.ts';
import type { Exchange } from '../exchange.ts';
import { toStored } from '../registry/conversion.ts';
import type { Served } from '../resources/served.ts';
import { strategyOf } from '../registry/strategy.ts';
import { updateObject } from '../registry/update.ts';
import { decodeBody, objectOf, typeOf } from './decode.ts';
import { type Handler, objectResponse } from './handler.ts';
import { demandCreate } from './mayCreate.ts';
import { checkAddress } from './update.ts';
import { fieldValidation, writeContext } from './writeOptions.ts';

/** Server-side apply of an object or of its status: creates what is missing, and takes fields from others only by force. */
export const apply: Handler = async (options, exchange, target) => {
  const { served, namespace, name, subresource } = target;
  const { query } = exchange.request;
  const context = writeContext(exchange, 'PatchOptions');
  if (textOption(query, 'fieldManager') === '') {
    throw invalidPatchOptions(required(field('fieldManager'), 'is required for apply patch'));
  }
  const sent = decodeApplied(exchange, served, `${namespace}/${name}`);
  sent.metadata.name ??= name;
  checkAddress(sent, target);
  const applied = toStored(served, sent);
  const { kind } = served;
  const { entry, created } = await updateObject(options.registry, context, {
    served,
    namespace,
    name,
    subresource,
    strategy: strategyOf(kind, subresource),
    allowCreate: subresource === '' && (() => demandCreate(options.authorizer, exchange)),
    tracked: true,
    desired: (live) =>
      serverSideApply({
        schema: kind.schema,
        live,
        applied,
        manager: context.manager,
        apiVersion: apiVersionOf(kind.resource),
        subresource,
        force: booleanOption(query, 'force'),
        time: timeOf(options.registry.clock.now()),
      }),
  });
  return objectResponse(served, entry, created ? 201 : 200);
};

/** @throws StatusError Invalid where `force` is asked of a patch that is no apply */
export function forbidForce(exchange: Exchange): void {
  if (optionalBoolean(exchange.request.query, 'force') !== undefined) {
    throw invalidPatchOptions(forbiddenField(field('force'), 'may not be specified for non-apply patch'));
  }
}

/** Unknown fields of a configuration are an error whatever `fieldValidation` says, duplicate keys only when Strict. */
function decodeApplied(exchange: Exchange, served: Served, shownName: string): Draft {
  const { body } = exchange.request;
  const validation = fieldValidation(exchange, 'PatchOptions');
  let decoded: unknown;
  let yamlError: string | undefined;
  if (body.type === 'bytes') ({ object: decoded, yamlError } = decodeStrict(body.bytes, 'application/yaml'));
  else decoded = decodeBody(body, typeOf(served));
  const draft = objectOf(decoded, served);
  if (yamlError !== undefined && validation !== 'Ignore') {
    const text = `error converting YAML to JSON: ${yamlError}`;
    if (validation === 'Strict') throw badRequest(`error strict decoding YAML: ${text}`);
    exchange.warnings.push(text);
  }
  const { unknown, typeError } = served.schema.conform(draft);
  const problem = unknown[0] === undefined ? typeError : `.${unknown[0]}: field not declared in schema`;
  if (problem === undefined) return draft;
  throw new StatusError(
    500,
    '',
    `failed to create typed patch object (${shownName}; ${served.apiVersion}, Kind=${served.resource.kind}): ${problem}`,
  );
}

function invalidPatchOptions(error: ReturnType<typeof required>): StatusError {
  return invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [error]);
}

import { field, forbiddenField, invalidObject, required } from '../../api/fields/fieldErrors.ts';
import { appliedListsProblem, serverSideApply } from '../../api/managedFields/index.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { booleanOption, optionalBoolean, textOption } from '../../api/queryOptions.ts';
import { decodeStrict } from '../../api/schema/index.ts';
import { badRequest, conflict, StatusError } from '../../api/status.ts';
import { timeOf } from '../../api/time.ts';
import type { Exchange } from '../exchange.ts';
import { fromAddress } from '../registry/conversion.ts';
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
  const sent = decodeApplied(exchange, served);
  sent.metadata.name ??= name;
  checkAddress(sent, target);
  const applied = await fromAddress(served, sent);
  const { kind } = served;
  const { entry, created } = await updateObject(options.registry, context, {
    served,
    namespace,
    name,
    subresource,
    strategy: strategyOf(kind, subresource),
    allowCreate: subresource === '' && (() => demandCreate(options.authorizer, exchange)),
    tracked: true,
    desired(live) {
      demandExistence(served, name, live, applied);
      return serverSideApply({
        schema: kind.schema,
        live,
        applied,
        manager: context.manager,
        apiVersion: apiVersionOf(kind.resource),
        sameFields: kind.storedForm?.sameFields === true,
        subresource,
        force: booleanOption(query, 'force'),
        time: timeOf(options.registry.clock.now()),
      });
    },
  });
  return objectResponse(served, entry, created ? 201 : 200);
};

/**
 * An apply with a uid means exactly one object: it must not create a deleted object again.
 * @throws StatusError Conflict (apiserver `handlers/patch.go`)
 */
function demandExistence(served: Served, name: string, live: KubeObject | undefined, applied: Draft): void {
  const uid = applied.metadata.uid ?? '';
  if (live !== undefined || uid === '') return;
  throw conflict(
    served.resource,
    name,
    `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
  );
}

/** @throws StatusError Invalid where `force` is asked of a patch that is no apply */
export function forbidForce(exchange: Exchange): void {
  if (optionalBoolean(exchange.request.query, 'force') !== undefined) {
    throw invalidPatchOptions(forbiddenField(field('force'), 'may not be specified for non-apply patch'));
  }
}

/** Unknown fields of a configuration are an error whatever `fieldValidation` says, duplicate keys only when Strict. */
function decodeApplied(exchange: Exchange, served: Served): Draft {
  const { body } = exchange.request;
  const validation = fieldValidation(exchange, 'PatchOptions');
  let decoded: unknown;
  let yamlError: string | undefined;
  if (body.type === 'bytes') ({ object: decoded, yamlError } = decodeStrict(body.bytes, 'application/yaml'));
  else if (body.type === 'yaml') ({ object: decoded, yamlError } = body.decoded);
  else decoded = decodeBody(body, typeOf(served));
  const named = nameOfConfiguration(decoded);
  demandTypeMeta(decoded, served, named);
  const draft = objectOf(decoded, served);
  if (yamlError !== undefined && validation !== 'Ignore') {
    const text = `error converting YAML to JSON: ${yamlError}`;
    if (validation === 'Strict') throw badRequest(`error strict decoding YAML: ${text}`);
    exchange.warnings.push(text);
  }
  const { unknown, typeError } = served.schema.conform(draft);
  const problem =
    unknown[0] === undefined
      ? (typeError ?? appliedListsProblem(served.schema, draft))
      : `.${unknown[0]}: field not declared in schema`;
  if (problem === undefined) return draft;
  throw new StatusError(500, '', typedPatchMessage(named, served, served.resource.kind, problem));
}

/**
 * A configuration says what it is: the address does not tell it (fieldmanager `structuredmerge.go`).
 * @throws StatusError BadRequest
 */
function demandTypeMeta(decoded: unknown, served: Served, named: string): void {
  if (typeof decoded !== 'object' || decoded === null || Array.isArray(decoded)) return;
  const { apiVersion = '', kind = '' } = decoded as { apiVersion?: unknown; kind?: unknown };
  if (apiVersion === '' || apiVersion === null) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: , expected: ${served.apiVersion}`,
    );
  }
  if (kind === '' || kind === null) {
    const type = `${served.resource.group}/${served.resource.version}, Kind=`;
    throw badRequest(typedPatchMessage(named, served, '', `no corresponding type for ${type}`));
  }
}

function typedPatchMessage(named: string, { resource }: Served, kind: string, problem: string): string {
  const type = `${resource.group}/${resource.version}, Kind=${kind}`;
  return `failed to create typed patch object (${named}; ${type}): ${problem}`;
}

/** `NAMESPACE/NAME` as the configuration has them. */
function nameOfConfiguration(decoded: unknown): string {
  const { metadata } = (decoded ?? {}) as { metadata?: { namespace?: unknown; name?: unknown } | null };
  const text = (part: unknown): string => (typeof part === 'string' ? part : '');
  return `${text(metadata?.namespace)}/${text(metadata?.name)}`;
}

function invalidPatchOptions(error: ReturnType<typeof required>): StatusError {
  return invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [error]);
}

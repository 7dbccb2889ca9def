import { invalidObject } from '../../api/fields/fieldErrors.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { Entry } from '../../api/request.ts';
import { alreadyExists, badRequest, isAlreadyExists, StatusError } from '../../api/status.ts';
import { timeOf } from '../../api/time.ts';
import { validateMetadata } from '../../api/metadata/metadata.ts';
import { all } from '../../api/fields/rules.ts';
import { encode } from '../../storage/encoding.ts';
import { AdmissionRequest } from '../admission/attributes.ts';
import type { RegistryOptions, WriteContext } from './context.ts';
import { storableObject } from './conversion.ts';
import { setDefaults } from './defaults.ts';
import { catchUp, caughtUp } from './freshness.ts';
import { keyOfObject } from './keys.ts';
import type { Served } from '../resources/served.ts';
import { entryAfterWrite, entryOfDryRun } from './storedEntry.ts';
import { fillSystemMetadata, generateName } from './systemMetadata.ts';
import { trackFields } from './tracking.ts';
import { AFTER_ADMISSION, dropRepeatedOwners, warnAbout } from './warnings.ts';

/** As upstream since 1.30 (`RetryGenerateName`). */
const NAME_ATTEMPTS = 8;

export interface CreateOptions {
  readonly served: Served;
  /** '' for cluster scope. */
  readonly namespace: string;
  /** In the form that the kind's rules see, decoded and private to this call. */
  readonly draft: Draft;
  /** True where the draft has its managed fields (server-side apply). */
  readonly tracked?: boolean;
}

/**
 * Stores a new object: defaults, managed fields, mutating admission, system metadata and name, the kind's
 * preparation, validation, validating admission, write. A generated name that is taken is tried again.
 */
export async function createObject(
  registry: RegistryOptions,
  context: WriteContext,
  options: CreateOptions,
): Promise<Entry> {
  const { served, draft, namespace } = options;
  const { kind } = served;
  const now = timeOf(registry.clock.now());

  checkNamespace(served, draft, namespace);
  dropRepeatedOwners(draft, context);
  setDefaults(kind, draft);
  if (options.tracked !== true) {
    trackFields(served, context, { old: undefined, draft, subresource: '', time: now });
  }

  const request = new AdmissionRequest(context, {
    operation: 'CREATE',
    resource: served.resource,
    subresource: '',
    kind: served.resource,
    namespace,
    name: '',
    object: draft,
    old: undefined,
    setDefaults: (changed) => setDefaults(kind, changed),
  });
  const mutating = registry.admission.mutate(request);
  if (mutating !== undefined) await mutating;
  checkNamespace(served, draft, namespace);
  dropRepeatedOwners(draft, context, AFTER_ADMISSION);
  const { metadata } = draft;

  fillSystemMetadata(draft, { random: registry.random, now });
  if (kind.hasGeneration === true) metadata.generation = 1;
  else if (metadata.generation !== undefined) delete metadata.generation;
  const generated = (metadata.name ?? '') === '' && (metadata.generateName ?? '') !== '';
  if (generated) metadata.name = generateName(metadata.generateName ?? '', registry.random);
  kind.prepareForCreate?.(draft, { now, user: context.user });

  const object = draft as unknown as KubeObject;
  const errors = all(
    validateMetadata(object, kind),
    kind.validate(object),
    kind.validateCreate?.(object) ?? [],
  );
  if (errors.length > 0) throw invalidObject(served.resource, metadata.name ?? '', errors);
  warnAbout(context, kind, object, undefined);
  const validating = registry.admission.validate(request);
  if (validating !== undefined) await validating;

  for (let attempt = 1; ; attempt += 1) {
    try {
      return await insert(registry, context, served, namespace, draft);
    } catch (error) {
      if (!generated || !isAlreadyExists(error)) throw error;
      if (attempt === NAME_ATTEMPTS) throw generatedNameTaken(served, metadata.name);
      metadata.name = generateName(metadata.generateName ?? '', registry.random);
    }
  }
}

async function insert(
  registry: RegistryOptions,
  context: WriteContext,
  served: Served,
  namespace: string,
  draft: Draft,
): Promise<Entry> {
  const name = draft.metadata.name ?? '';
  const key = keyOfObject(served.kind.resource, namespace, name);
  const storable = storableObject(served, draft);
  const value = encode(storable instanceof Promise ? await storable : storable);
  if (context.dryRun) {
    await catchUp(registry, context.signal);
    const existing = registry.cache.get(key);
    if (existing !== undefined) throw taken(served, name, existing.object);
    return entryOfDryRun(key, value, 0);
  }
  const result = await registry.storage.create(key, value, context.cause);
  const catchingUp = caughtUp(registry, context, result);
  if (catchingUp !== undefined) await catchingUp;
  if (result.ok) return entryAfterWrite(registry.cache, key, value, result.revision);
  throw taken(served, name, result.current?.value.decode() as KubeObject | undefined);
}

/** The object's namespace must be the request's, or missing: then it is filled in. */
function checkNamespace(served: Served, draft: Draft, namespace: string): void {
  const { metadata } = draft;
  if (!served.resource.namespaced) return;
  if ((metadata.namespace ?? '') === '') metadata.namespace = namespace;
  else if (metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** While the old object goes, the message says so: clients wait and try again. */
function taken(served: Served, name: string, existing: KubeObject | undefined): StatusError {
  const error = alreadyExists(served.resource, name);
  if (existing?.metadata.deletionTimestamp === undefined) return error;
  return new StatusError(409, 'AlreadyExists', `object is being deleted: ${error.message}`, {
    ...(error.status.details === undefined ? {} : { details: error.status.details }),
  });
}

function generatedNameTaken(served: Served, name = ''): StatusError {
  const error = alreadyExists(served.resource, name);
  return new StatusError(
    409,
    'AlreadyExists',
    `${error.message}, the server was not able to generate a unique name for the object`,
    { details: { ...error.status.details, retryAfterSeconds: 1 } },
  );
}

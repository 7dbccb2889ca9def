import { field, invalid, invalidObject } from '../../api/fields/fieldErrors.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { Entry } from '../../api/request.ts';
import { conflict, notFound, OPTIMISTIC_LOCK_MESSAGE } from '../../api/status.ts';
import { timeOf } from '../../api/time.ts';
import { equal } from '../../api/fields/equal.ts';
import { validateMetadata, validateMetadataUpdate } from '../../api/metadata/metadata.ts';
import { encode } from '../../storage/encoding.ts';
import { AdmissionRequest } from '../admission/attributes.ts';
import type { RegistryOptions, WriteContext } from './context.ts';
import { ruledObject, storableObject } from './conversion.ts';
import { createObject } from './create.ts';
import { setDefaults } from './defaults.ts';
import { catchUp, caughtUp, isPast } from './freshness.ts';
import { keyOfObject } from './keys.ts';
import { removeNow } from './remove.ts';
import type { Served } from '../resources/served.ts';
import { entryAfterWrite, entryOfDryRun } from './storedEntry.ts';
import type { UpdateStrategy } from './strategy.ts';
import { keepSystemMetadata } from './systemMetadata.ts';
import { trackFields } from './tracking.ts';
import { AFTER_ADMISSION, dropRepeatedOwners, warnAbout } from './warnings.ts';

export interface UpdateOptions {
  readonly served: Served;
  readonly namespace: string;
  readonly name: string;
  /** '' for the object itself. */
  readonly subresource: string;
  readonly strategy: UpdateStrategy;
  /** Whether a missing object is created; a function is asked when it comes to that, and may throw. */
  readonly allowCreate: boolean | (() => void);
  /**
   * The object as it is to be, made from what is there; called again after a lost race. The result is given away.
   * Its resourceVersion is the condition of the write: '' or missing for none.
   */
  desired(existing: KubeObject | undefined): Draft | Promise<Draft>;
  /** True where `desired` gives the managed fields too (server-side apply). */
  readonly tracked?: boolean;
  /** What admission is asked. Default: whether the object may be updated. */
  readonly admission?: (draft: Draft, old: KubeObject) => UpdateAdmission;
  /** How often a lost race is tried again where the client set no condition. Default: as often as it takes. */
  readonly maxAttempts?: number;
}

/** The answers of admission to one try of an update. */
export interface UpdateAdmission {
  /** May change the draft. */
  mutate(): Promise<void> | undefined;
  validate(): Promise<void> | undefined;
}

/** The admission of a write inside of a request that admission has already allowed. */
export const alreadyAdmitted = (): UpdateAdmission => ({
  mutate: () => undefined,
  validate: () => undefined,
});

export interface UpdateOutcome {
  readonly entry: Entry;
  readonly created: boolean;
}

/**
 * Changes an object: condition on resourceVersion, defaults, mutating admission, the strategy's preparation,
 * validation, validating admission, compare-and-set. What changes nothing is not written (apiserver
 * `pkg/registry/generic/registry/store.go` Update).
 */
export async function updateObject(
  registry: RegistryOptions,
  context: WriteContext,
  options: UpdateOptions,
): Promise<UpdateOutcome> {
  const { served, namespace, name } = options;
  const key = keyOfObject(served.kind.resource, namespace, name);
  let isNewest = registry.cache.get(key) === undefined;
  if (isNewest) await catchUp(registry, context.signal);
  for (let attempt = 1; ; attempt += 1) {
    const existing = registry.cache.get(key);
    if (existing === undefined) {
      if (options.allowCreate === false) throw notFound(served.resource, name);
      if (options.allowCreate !== true) options.allowCreate();
      const draft = await options.desired(undefined);
      draft.metadata.name = name;
      return {
        entry: await createObject(registry, context, {
          served,
          namespace,
          draft,
          tracked: options.tracked === true,
        }),
        created: true,
      };
    }
    let entry: Entry | undefined;
    try {
      entry = await attemptUpdate(registry, context, options, key, existing);
    } catch (error) {
      if (isNewest || !(await isPast(registry, context, key, existing.revision))) throw error;
      isNewest = true;
      continue;
    }
    // A write that was skipped was not compared with the store either.
    const isUnproved = entry === existing || (entry !== undefined && context.dryRun);
    if (!isNewest && isUnproved && (await isPast(registry, context, key, existing.revision))) {
      isNewest = true;
      continue;
    }
    if (entry !== undefined) return { entry, created: false };
    if (attempt === options.maxAttempts) throw conflict(served.resource, name, OPTIMISTIC_LOCK_MESSAGE);
  }
}

/** One try; undefined where another write came between. */
async function attemptUpdate(
  registry: RegistryOptions,
  context: WriteContext,
  options: UpdateOptions,
  key: string,
  existing: Entry,
): Promise<Entry | undefined> {
  const { served, name, strategy } = options;
  const { kind } = served;
  const ruled = ruledObject(served, existing);
  const old = ruled instanceof Promise ? await ruled : ruled;
  const now = timeOf(registry.clock.now());

  const desired = options.desired(old);
  const draft = desired instanceof Promise ? await desired : desired;
  dropRepeatedOwners(draft, context);
  checkCondition(served, name, draft, existing);
  if (strategy.takesDocument) setDefaults(kind, draft);
  if (options.tracked !== true) {
    trackFields(served, context, { old, draft, subresource: options.subresource, time: now });
  }
  const admission = (options.admission ?? objectAdmission(registry, context, options))(draft, old);
  const mutating = admission.mutate();
  if (mutating !== undefined) await mutating;
  dropRepeatedOwners(draft, context, AFTER_ADMISSION);

  keepSystemMetadata(draft, old);
  strategy.prepare(draft, old, { now, user: context.user });
  const object = draft as unknown as KubeObject;
  const errors = [
    ...validateMetadata(object, kind),
    ...validateMetadataUpdate(object, old),
    ...strategy.validate(object, old),
  ];
  if (errors.length > 0) throw invalidObject(served.resource, name, errors);
  // Upstream gives no warnings for subresources.
  if (options.subresource === '') warnAbout(context, kind, object, old);
  const validating = admission.validate();
  if (validating !== undefined) await validating;

  if (mustGoNow(served, object)) {
    return (await removeNow(registry, context, existing)) ? { ...existing, object } : undefined;
  }
  const storable = storableObject(served, draft);
  const stored = storable instanceof Promise ? await storable : storable;
  if (isUnchanged(stored, existing.object)) return existing;
  const value = encode(stored);
  if (context.dryRun) return entryOfDryRun(key, value, existing.revision);
  const result = await registry.storage.update(key, value, existing.revision, context.cause);
  const catchingUp = caughtUp(registry, context, result);
  if (catchingUp !== undefined) await catchingUp;
  return result.ok ? entryAfterWrite(registry.cache, key, value, result.revision) : undefined;
}

function objectAdmission(
  { admission }: RegistryOptions,
  context: WriteContext,
  { served, subresource, namespace, name, strategy }: UpdateOptions,
): (draft: Draft, old: KubeObject) => UpdateAdmission {
  return (draft, old) => {
    const request = new AdmissionRequest(context, {
      operation: 'UPDATE',
      resource: served.resource,
      subresource,
      kind: served.resource,
      namespace,
      name,
      object: draft,
      old,
      ...(strategy.takesDocument ? { setDefaults: (changed) => setDefaults(served.kind, changed) } : {}),
    });
    return { mutate: () => admission.mutate(request), validate: () => admission.validate(request) };
  };
}

/** The resourceVersion that the client based its write on, if it says one, must be the current one. */
function checkCondition(served: Served, name: string, draft: Draft, existing: Entry): void {
  const { metadata } = draft;
  const old = existing.object.metadata;
  if (metadata.uid !== undefined && metadata.uid !== '' && metadata.uid !== old.uid) {
    throw conflict(
      served.resource,
      name,
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.uid}`,
    );
  }
  const expected = metadata.resourceVersion ?? '';
  if (expected === '' || expected === '0') {
    if (served.kind.unconditionalUpdate === false) {
      throw invalidObject(served.resource, name, [
        invalid(field('metadata', 'resourceVersion'), 0, 'must be specified for an update'),
      ]);
    }
    metadata.resourceVersion = old.resourceVersion;
  } else if (expected !== old.resourceVersion) {
    throw conflict(served.resource, name, OPTIMISTIC_LOCK_MESSAGE);
  }
}

/** An object that was only waiting for its last finalizer goes with the update that takes it away. */
function mustGoNow(served: Served, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  return (
    deletionTimestamp !== undefined &&
    deletionGracePeriodSeconds === 0 &&
    finalizers.length === 0 &&
    served.kind.deletion?.keeps(object) !== true
  );
}

function isUnchanged(object: KubeObject, old: KubeObject): boolean {
  return equal(object, old);
}

import { equal } from '../../api/fields/equal.ts';
import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';

type Preparation = Pick<Kind, 'hasGeneration' | 'prepareForCreate' | 'prepareForUpdate' | 'status'>;
type Validate = NonNullable<Kind['validateUpdate']>;

/**
 * The rules for writes (apiextensions `pkg/registry/customresource`). If there is a status subresource, only it changes
 * the status. Any change outside of the metadata raises the generation.
 */
export function customPreparation(hasStatus: boolean, validateUpdate: Validate): Preparation {
  return {
    hasGeneration: true,
    prepareForCreate(draft) {
      if (hasStatus) Reflect.deleteProperty(draft, 'status');
    },
    prepareForUpdate(draft, old) {
      if (hasStatus) keepStatus(draft, old);
      if (!equal(withoutMetadata(draft), withoutMetadata(old))) {
        draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
      }
    },
    ...(hasStatus ? { status: { prepareForUpdate: takeStatusOnly, validateUpdate } } : {}),
  };
}

function keepStatus(draft: Draft, old: KubeObject): void {
  const status: unknown = Reflect.get(old, 'status');
  if (status === undefined) Reflect.deleteProperty(draft, 'status');
  else Reflect.set(draft, 'status', status);
}

function withoutMetadata(object: object): object {
  const { metadata: _, ...rest } = object as { readonly metadata?: unknown };
  return rest;
}

/** A write of the status changes only the managed fields of the metadata. */
function takeStatusOnly(draft: Draft, old: KubeObject): void {
  const status: unknown = Reflect.get(draft, 'status');
  const { managedFields, resourceVersion, uid } = draft.metadata;
  for (const name of Object.keys(draft)) {
    if (name !== 'metadata') Reflect.deleteProperty(draft, name);
  }
  const { metadata, ...rest } = old;
  const { managedFields: _, ...kept } = metadata;
  Object.assign(draft, rest);
  draft.metadata = {
    ...kept,
    resourceVersion,
    uid,
    ...(managedFields === undefined ? {} : { managedFields }),
  } as Draft['metadata'];
  if (status === undefined) Reflect.deleteProperty(draft, 'status');
  else Reflect.set(draft, 'status', status);
}

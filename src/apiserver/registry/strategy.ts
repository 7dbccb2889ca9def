import type { FieldError } from '../../api/fields/fieldErrors.ts';
import type { Kind, StrategyContext, Subresource } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import { equal } from '../../api/fields/equal.ts';

/** What one way of changing an object (the object itself, its status, …) may change, and how that is checked. */
export interface UpdateStrategy {
  /** True where the draft is a document of the kind, in which defaults may be missing. */
  readonly takesDocument: boolean;
  /** Keeps what this way of writing may not change. */
  prepare(draft: Draft, old: KubeObject, context: StrategyContext): void;
  validate(object: KubeObject, old: KubeObject): readonly FieldError[];
}

/** The strategy of what a PUT or PATCH addresses: the object, its status, or a part of its spec. */
export function strategyOf(kind: Kind, subresource: string): UpdateStrategy {
  if (subresource === '') return mainStrategy(kind);
  if (subresource === 'status') return statusStrategy(kind);
  const part = partOf(kind, subresource);
  if (part === undefined) throw new Error(`${kind.resource.plural}/${subresource} is no part of its object`);
  return partStrategy(kind, part);
}

type Part = NonNullable<Subresource['part']>;

export function partOf(kind: Kind, subresource: string): Part | undefined {
  return kind.subresources?.find(({ name }) => name === subresource)?.part;
}

/** A write of the object itself: status stays, a changed spec raises the generation. */
export function mainStrategy(kind: Kind): UpdateStrategy {
  return {
    takesDocument: true,
    prepare(draft, old, context) {
      keepGeneration(draft, old);
      if (kind.prepareForUpdate !== undefined) kind.prepareForUpdate(draft, old, context);
      else if (kind.status !== undefined) keepField('status', draft, old);
      raiseGeneration(kind, draft, old);
    },
    validate: (object, old) => [
      ...(kind.ratchets === true ? [] : kind.validate(object)),
      ...(kind.validateUpdate?.(object, old) ?? []),
    ],
  };
}

/** A write of the status subresource: everything but status and metadata stays. */
function statusStrategy(kind: Kind): UpdateStrategy {
  return {
    takesDocument: true,
    prepare(draft, old, context) {
      keepGeneration(draft, old);
      if (kind.status?.prepareForUpdate !== undefined) kind.status.prepareForUpdate(draft, old, context);
      else keepAllBut(['apiVersion', 'kind', 'metadata', 'status'], draft, old);
    },
    validate: (object, old) => kind.status?.validateUpdate?.(object, old) ?? [],
  };
}

/** A write of a part of the spec or the status; of a spec, the rest, status and metadata stay (meta/v1 `ResetObjectMetaForStatus`). */
function partStrategy(kind: Kind, part: Part): UpdateStrategy {
  return {
    takesDocument: true,
    prepare(draft, old, context) {
      if (part.takes === 'status') {
        keepGeneration(draft, old);
        keepAllBut(['apiVersion', 'kind', 'metadata', 'status'], draft, old);
        part.prepareForUpdate(draft, old, context);
        return;
      }
      keepAllBut(['apiVersion', 'kind', 'metadata', 'spec'], draft, old);
      const { resourceVersion, uid, managedFields } = draft.metadata;
      const written = { resourceVersion, uid, ...(managedFields === undefined ? {} : { managedFields }) };
      const { managedFields: _, ...kept } = old.metadata;
      draft.metadata = { ...kept, ...written } as Draft['metadata'];
      part.prepareForUpdate(draft, old, context);
      raiseGeneration(kind, draft, old);
    },
    validate: (object, old) => [...kind.validate(object), ...part.validateUpdate(object, old)],
  };
}

function keepGeneration(draft: Draft, old: KubeObject): void {
  if (old.metadata.generation === undefined) delete draft.metadata.generation;
  else draft.metadata.generation = old.metadata.generation;
}

function raiseGeneration(kind: Kind, draft: Draft, old: KubeObject): void {
  const before = old.metadata.generation ?? 0;
  if (kind.hasGeneration !== true || (draft.metadata.generation ?? 0) !== before) return;
  if (!equal(Reflect.get(draft, 'spec'), Reflect.get(old, 'spec'))) draft.metadata.generation = before + 1;
}

/** Shares what it keeps with the old object, which is frozen: to change it afterwards, replace it. */
function keepField(name: string, draft: Draft, old: KubeObject): void {
  const value: unknown = Reflect.get(old, name);
  if (value === undefined) Reflect.deleteProperty(draft, name);
  else Reflect.set(draft, name, value);
}

export function keepAllBut(names: readonly string[], draft: Draft, old: KubeObject): void {
  for (const name of new Set([...Object.keys(draft), ...Object.keys(old)])) {
    if (!names.includes(name)) keepField(name, draft, old);
  }
}

import { equalJson } from '../../api/equalJson.ts';
import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { WriteContext } from './context.ts';

/** Finalizers that the server itself knows. */
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** Tells the client what is valid in the object and probably not meant. */
export function warnAbout(
  context: WriteContext,
  kind: Kind,
  object: KubeObject,
  old: KubeObject | undefined,
): void {
  if (!context.wantsWarnings) return;
  const { finalizers } = object.metadata;
  if (finalizers !== undefined) warnOfFinalizers(context, finalizers, old);
  const own = kind.warnings?.(object, old);
  if (own !== undefined) for (const text of own) context.warn(text);
}

function warnOfFinalizers(
  context: WriteContext,
  finalizers: readonly string[],
  old: KubeObject | undefined,
): void {
  for (const name of finalizers) {
    if (name.includes('/') || STANDARD_FINALIZERS.has(name)) continue;
    if (old?.metadata.finalizers?.includes(name) === true) continue;
    context.warn(
      `metadata.finalizers: ${JSON.stringify(name)}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`,
    );
  }
}

/**
 * Keeps the first of owner references that are equal, and warns (apiserver `handlers/rest.go`
 * dedupOwnerReferencesAndAddWarning).
 * @param when '' for what the client sent, else after which step the object has them
 */
export function dropRepeatedOwners(draft: Draft, context: WriteContext, when = ''): void {
  const references = draft.metadata.ownerReferences as typeof draft.metadata.ownerReferences | null;
  if (!Array.isArray(references) || references.length < 2) return;
  const kept: typeof references = [];
  const repeated: string[] = [];
  for (const reference of references) {
    if (kept.some((other) => equalJson(other, reference))) repeated.push(reference.uid);
    else kept.push(reference);
  }
  if (repeated.length === 0) return;
  draft.metadata.ownerReferences = kept;
  context.warn(
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${repeated.join(', ')}`,
  );
}

export const AFTER_ADMISSION = ' after mutating admission happens';

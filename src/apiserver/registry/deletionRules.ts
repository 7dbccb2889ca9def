import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { DeleteOptions } from '../../api/types.ts';
import { timeOf } from '../../api/time.ts';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** What a delete does to an object as it is now. */
export type DeletionStep =
  /** Remove it for good. */
  | { readonly type: 'remove' }
  /** It goes already, and this request changes nothing about that. */
  | { readonly type: 'pending' }
  /** Mark it; `thenRemove` where nothing is to be waited for afterwards. */
  | { readonly type: 'mark'; readonly draft: Draft; readonly thenRemove: boolean };

/**
 * The rules of apiserver `pkg/registry/rest/delete.go` and `pkg/registry/generic/registry/store.go`: grace may only
 * become shorter, finalizers keep an object, and the propagation policy is written down as a finalizer for the
 * garbage collector.
 * @param draft a private copy of `object`, which `mark` gives back changed
 */
export function nextDeletionStep(
  kind: Kind,
  object: KubeObject,
  draft: Draft,
  options: DeleteOptions,
  nowMs: number,
): DeletionStep {
  const grace = graceOf(kind, object, options, nowMs);
  if (grace === 'pending') return { type: 'pending' };

  const finalizers = finalizersFor(object, options);
  if (finalizers.length === 0) delete draft.metadata.finalizers;
  else draft.metadata.finalizers = finalizers;
  const kept = finalizers.length > 0 || kind.deletion?.keeps(object) === true;

  if (grace === 'none') {
    if (!kept) return { type: 'remove' };
    markAt(draft, object, nowMs, 0);
    draft.metadata.deletionTimestamp = object.metadata.deletionTimestamp ?? timeOf(nowMs);
  } else markAt(draft, object, grace.deadlineMs, grace.seconds);
  kind.deletion?.begin(draft);
  return { type: 'mark', draft, thenRemove: !kept && grace !== 'none' && grace.seconds === 0 };
}

function graceOf(
  kind: Kind,
  object: KubeObject,
  options: DeleteOptions,
  nowMs: number,
): 'none' | 'pending' | { seconds: number; deadlineMs: number } {
  const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
  const requested = options.gracePeriodSeconds;
  if (deletionTimestamp !== undefined) {
    if (deletionGracePeriodSeconds === undefined || kind.gracePeriodSeconds === undefined) return 'none';
    if (requested === undefined || requested >= deletionGracePeriodSeconds) return 'pending';
    const deadlineMs = Date.parse(deletionTimestamp) + (requested - deletionGracePeriodSeconds) * 1000;
    return { seconds: Math.max(requested, 0), deadlineMs };
  }
  const seconds = kind.gracePeriodSeconds?.(object, requested);
  return seconds === undefined ? 'none' : { seconds, deadlineMs: nowMs + seconds * 1000 };
}

/** The first mark of a deletion is a change of the object's intent and raises its generation. */
function markAt(draft: Draft, object: KubeObject, deadlineMs: number, seconds: number): void {
  const { metadata } = draft;
  metadata.deletionTimestamp = timeOf(deadlineMs);
  metadata.deletionGracePeriodSeconds = seconds;
  const generation = object.metadata.generation ?? 0;
  if (object.metadata.deletionTimestamp === undefined && generation > 0) metadata.generation = generation + 1;
}

/** The finalizers after the propagation policy is applied; without a policy, what the object says of itself. */
function finalizersFor(object: KubeObject, options: DeleteOptions): string[] {
  const before = object.metadata.finalizers ?? [];
  const others = before.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  if (options.orphanDependents === true || options.propagationPolicy === 'Orphan') return [...others, ORPHAN];
  if (options.propagationPolicy === 'Foreground') return [...others, FOREGROUND];
  if (options.orphanDependents === false || options.propagationPolicy === 'Background') return others;
  return [...before];
}

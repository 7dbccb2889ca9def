import { type FieldError, type FieldPath, invalid } from '../../fields/fieldErrors.ts';
import type { Mutable } from '../../meta.ts';
import type { NodeSelectorTerm, PodSpec } from '../../types.ts';
import { equal } from '../../fields/equal.ts';

/**
 * A pod that waits behind a gate may still be narrowed down to fewer nodes (KEP-3838). What is allowed is taken back
 * in `comparable`, so that the comparison that follows does not see it.
 */
export function validateGatedPodUpdate(
  comparable: Mutable<PodSpec>,
  old: PodSpec,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  const before = old.nodeSelector ?? {};
  const now = comparable.nodeSelector ?? {};
  if (Object.entries(before).some(([key, value]) => now[key] !== value)) {
    const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalid(path.child('nodeSelector'), now, why));
  }
  if (old.nodeSelector === undefined) delete comparable.nodeSelector;
  else comparable.nodeSelector = { ...before };

  errors.push(...validateTerms(requiredTerms(comparable), requiredTerms(old), path));
  const affinity = { ...comparable.affinity };
  if (old.affinity?.nodeAffinity === undefined) delete affinity.nodeAffinity;
  else
    affinity.nodeAffinity = structuredClone(old.affinity.nodeAffinity) as NonNullable<
      typeof affinity.nodeAffinity
    >;
  comparable.affinity = affinity;
  return errors;
}

const requiredTerms = ({ affinity }: Pick<PodSpec, 'affinity'>): readonly NodeSelectorTerm[] =>
  affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];

function validateTerms(
  now: readonly NodeSelectorTerm[],
  before: readonly NodeSelectorTerm[],
  path: FieldPath,
): FieldError[] {
  if (before.length === 0) return [];
  const at = path.child(
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  );
  if (now.length !== before.length) {
    return [invalid(at, now, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')];
  }
  return before.flatMap((term, i) =>
    isNarrowed(now[i] ?? {}, term)
      ? []
      : [invalid(at.index(i), now[i], 'only additions are allowed (no mutations or deletions)')],
  );
}

function isNarrowed(now: NodeSelectorTerm, before: NodeSelectorTerm): boolean {
  return (['matchExpressions', 'matchFields'] as const).every((list) =>
    (before[list] ?? []).every((requirement, i) => equal(now[list]?.[i], requirement)),
  );
}

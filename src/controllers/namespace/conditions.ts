import type { Mutable } from '../../api/meta.ts';
import { groupResourceOf, type Resource } from '../../api/resource.ts';
import { timeOf } from '../../api/time.ts';
import type { Namespace } from '../../api/types.ts';

type Condition = Mutable<NonNullable<NonNullable<Namespace['status']>['conditions']>[number]>;

/** The findings of one try to empty a namespace. */
export interface Emptying {
  /** Failures of deletions, in words. */
  readonly errors: readonly string[];
  /** Objects that are still there, by resource. */
  readonly remaining: ReadonlyMap<Resource, number>;
  /** How many of those a finalizer holds, by finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
}

/** Types, reasons and messages of `pkg/controller/namespace/deletion/status_condition_utils.go`, in its order. */
export function deletionConditions(
  before: readonly Readonly<Condition>[],
  found: Emptying,
  now: number,
): readonly Condition[] {
  const make = (type: string, failed: boolean, reason: string, message: string): Condition => {
    const status = failed ? 'True' : 'False';
    const old = before.find((condition) => condition.type === type);
    const lastTransitionTime = (old?.status === status ? old.lastTransitionTime : undefined) ?? timeOf(now);
    return { type, status, reason, message, lastTransitionTime };
  };
  const own = [
    make(
      'NamespaceDeletionDiscoveryFailure',
      false,
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    make(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    found.errors.length > 0
      ? make(
          'NamespaceDeletionContentFailure',
          true,
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${found.errors.length} remaining: ${found.errors.toSorted().join(', ')}`,
        )
      : make(
          'NamespaceDeletionContentFailure',
          false,
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ),
    found.remaining.size > 0
      ? make(
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${sorted(found.remaining, (r, n) => `${dotted(r)} has ${n} resource instances`)}`,
        )
      : make('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'),
    found.finalizers.size > 0
      ? make(
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${sorted(found.finalizers, (name, n) => `${name} in ${n} resource instances`)}`,
        )
      : make(
          'NamespaceFinalizersRemaining',
          false,
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ];
  const types = new Set(own.map(({ type }) => type));
  return [...before.filter(({ type }) => !types.has(type)), ...own];
}

function sorted<K>(map: ReadonlyMap<K, number>, format: (key: K, count: number) => string): string {
  return [...map]
    .map(([key, count]) => format(key, count))
    .sort()
    .join(', ');
}

/** Upstream writes the core group's resources with the dot: `pods.`. */
const dotted = (resource: Resource): string =>
  resource.group === '' ? `${resource.plural}.` : groupResourceOf(resource);

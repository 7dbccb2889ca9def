import { equalJson } from '../../api/equalJson.ts';
import { isConditionTrue, type Verdict } from '../../api/kinds/customResourceDefinition/conditions.ts';
import type { CustomResourceDefinition, CustomResourceNames } from '../../api/types.ts';
import { caBundleProblem } from '../../api/webhooks/caBundle.ts';

export interface NamingVerdict {
  readonly acceptedNames: CustomResourceNames;
  readonly namesAccepted: Verdict;
  readonly established: Verdict;
}

/** The names of a definition that was not checked yet: none is accepted. */
const NONE: CustomResourceNames = { plural: '', kind: '' };

/**
 * Decides which of its names a definition gets: those that no other definition of its group has (apiextensions
 * `pkg/controller/status/naming_controller.go`). `taken`: the names that are served without custom resources.
 */
export function judgeNames(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
): NamingVerdict {
  const wanted = definition.spec.names;
  const before = definition.status?.acceptedNames ?? NONE;
  const theirs = others
    .filter(({ spec }) => spec.group === definition.spec.group)
    .map(({ status }) => status?.acceptedNames ?? NONE);
  const resources = new Set(
    theirs.flatMap(({ plural, singular, shortNames }) => [plural, singular ?? '', ...(shortNames ?? [])]),
  );
  const kinds = new Set(theirs.flatMap(({ kind, listKind }) => [kind, listKind ?? '']));

  let conflict: { readonly reason: string; readonly message: string } | undefined;
  const claim = <T>(
    reason: string,
    names: readonly string[],
    used: ReadonlySet<string>,
    mine: T,
    kept: T,
  ): T => {
    const inUse = names
      .filter((name) => name !== '' && used.has(name))
      .map((name) => `"${name}" is already in use`);
    if (inUse.length === 0) return mine;
    conflict = { reason, message: inUse.length > 1 ? `[${inUse.join(', ')}]` : inUse.join() };
    return kept;
  };
  const acceptedNames = withoutMissing({
    plural: claim('PluralConflict', [wanted.plural], resources, wanted.plural, before.plural),
    singular: claim('SingularConflict', [wanted.singular ?? ''], resources, wanted.singular, before.singular),
    shortNames: claim(
      'ShortNamesConflict',
      wanted.shortNames ?? [],
      resources,
      wanted.shortNames,
      before.shortNames,
    ),
    kind: claim('KindConflict', [wanted.kind], kinds, wanted.kind, before.kind),
    listKind: claim('ListKindConflict', [wanted.listKind ?? ''], kinds, wanted.listKind, before.listKind),
    categories: wanted.categories,
  });
  return {
    acceptedNames,
    namesAccepted:
      conflict === undefined
        ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
        : { type: 'NamesAccepted', status: 'False', ...conflict },
    established: establishedVerdict(definition, conflict === undefined),
  };
}

/**
 * A definition that was established once stays established, even if it loses names. A new one needs a CA by which its
 * webhook can be trusted (`pkg/controller/establish/establishing_controller.go`).
 */
function establishedVerdict(definition: CustomResourceDefinition, accepted: boolean): Verdict {
  const established: Verdict = {
    type: 'Established',
    status: 'True',
    reason: 'InitialNamesAccepted',
    message: 'the initial names have been accepted',
  };
  if (isConditionTrue(definition, 'Established')) return established;
  if (!accepted) {
    return { ...established, status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
  }
  if (caBundleProblem(definition.spec.conversion?.webhook?.clientConfig?.caBundle) === undefined) {
    return established;
  }
  return {
    ...established,
    status: 'False',
    reason: 'InvalidCABundle',
    message: 'The conversion webhook CABundle is invalid',
  };
}

function withoutMissing(names: {
  readonly [K in keyof CustomResourceNames]: CustomResourceNames[K] | undefined;
}): CustomResourceNames {
  return Object.fromEntries(
    Object.entries(names).filter(([, value]) => value !== undefined && value !== '' && !equalJson(value, [])),
  ) as unknown as CustomResourceNames;
}

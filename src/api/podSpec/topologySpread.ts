import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../fields/fieldErrors.ts';
import type { TopologySpreadConstraint } from '../types.ts';
import { validateLabelSelector } from '../metadata/labels.ts';
import { qualifiedNameErrors } from '../names/names.ts';
import { conforms, each, optionalOneOf } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const NODE_POLICIES = ['Honor', 'Ignore'];
const NOT_POSITIVE = 'must be greater than zero';

type Constraint = Unchecked<TopologySpreadConstraint>;
type Requirement = NonNullable<NonNullable<Constraint['labelSelector']>['matchExpressions']>[number];

/** core validation `validateTopologySpreadConstraints`. */
export function validateTopologySpread(
  constraints: readonly Constraint[] | undefined,
  path: FieldPath,
): FieldError[] {
  return each(constraints, path, (constraint, at, i) => {
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', minDomains } = constraint;
    const errors: FieldError[] = [];
    if (maxSkew <= 0) errors.push(invalid(at.child('maxSkew'), maxSkew, NOT_POSITIVE));
    if (topologyKey === '') errors.push(required(at.child('topologyKey'), 'can not be empty'));
    if (!ACTIONS.includes(whenUnsatisfiable)) {
      errors.push(notSupported(at.child('whenUnsatisfiable'), whenUnsatisfiable, ACTIONS));
    }
    const again = constraints
      ?.slice(i + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (again === true) {
      const pair = at.child('{topologyKey, whenUnsatisfiable}');
      errors.push(duplicate(pair, `{${topologyKey}, ${whenUnsatisfiable}}`));
    }
    if (minDomains !== undefined) {
      if (minDomains <= 0) errors.push(invalid(at.child('minDomains'), minDomains, NOT_POSITIVE));
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
        errors.push(invalid(at.child('minDomains'), minDomains, why));
      }
    }
    return [
      ...errors,
      ...optionalOneOf(constraint.nodeAffinityPolicy, NODE_POLICIES, at.child('nodeAffinityPolicy')),
      ...optionalOneOf(constraint.nodeTaintsPolicy, NODE_POLICIES, at.child('nodeTaintsPolicy')),
      ...validateLabelKeys(constraint, at.child('matchLabelKeys')),
      ...validateLabelSelector(constraint.labelSelector, at.child('labelSelector')),
    ];
  });
}

function validateLabelKeys({ matchLabelKeys, labelSelector }: Constraint, path: FieldPath): FieldError[] {
  if (matchLabelKeys === undefined || matchLabelKeys.length === 0) return [];
  const taken = new Set([
    ...Object.keys(labelSelector?.matchLabels ?? {}),
    ...(labelSelector?.matchExpressions ?? [])
      .filter((expression) => !isMerged(expression))
      .map(({ key = '' }) => key),
  ]);
  const errors =
    labelSelector === undefined
      ? [forbiddenField(path, 'must not be specified when labelSelector is not set')]
      : [];
  return [
    ...errors,
    ...each(matchLabelKeys, path, (key, at) => [
      ...conforms(qualifiedNameErrors, key, at),
      ...(taken.has(key) ? [invalid(at, key, 'exists in both matchLabelKeys and labelSelector')] : []),
    ]),
  ];
}

/** What `mergeLabelKeys` makes of a key. */
function isMerged({ operator, values }: Requirement): boolean {
  return operator === 'In' && values?.length === 1;
}

import { equal } from '../../fields/equal.ts';
import { type FieldError, field, type FieldPath, invalid, required } from '../../fields/fieldErrors.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { qualifiedNameErrors } from '../../names/names.ts';
import { formatQuantity, tryParseQuantity } from '../../quantity.ts';
import { isStandardQuotaResource, isWholeNumber, SCOPES, scopesFit } from '../../quota/names.ts';
import type { ResourceQuota } from '../../types.ts';

type Quota = { readonly spec?: Unchecked<ResourceQuota['spec']> };

/** core validation `ValidateResourceQuota`. */
export function validateResourceQuota({ spec }: Quota): FieldError[] {
  const path = field('spec');
  return [...validateList(spec?.hard, path.child('hard')), ...validateScopes(spec ?? {}, path)];
}

function validateList(
  list: Readonly<Record<string, string | undefined>> | undefined,
  path: FieldPath,
): FieldError[] {
  return Object.entries(list ?? {}).flatMap(([name, text = '']) => {
    const at = path.key(name);
    const errors = qualifiedNameErrors(name).map((message) => invalid(at, name, message));
    if (!name.includes('/') && !isStandardQuotaResource(name)) {
      errors.push(invalid(at, name, 'must be a standard resource for quota'));
    }
    const quantity = tryParseQuantity(text);
    if (quantity === undefined) return errors;
    if (quantity.nano < 0n)
      errors.push(invalid(at, formatQuantity(quantity), 'must be greater than or equal to 0'));
    if (isWholeNumber(name) && quantity.nano % 1_000_000_000n !== 0n) {
      errors.push(invalid(at, formatQuantity(quantity), 'must be an integer'));
    }
    return errors;
  });
}

function validateScopes(spec: NonNullable<Quota['spec']>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const at = path.child('scopes');
  const names = Object.keys(spec.hard ?? {});
  const scopes = spec.scopes ?? [];
  for (const scope of scopes) {
    if (!SCOPES.includes(scope)) errors.push(invalid(at, scopes, 'unsupported scope'));
    else if (!scopesFit(scope, names))
      errors.push(invalid(at, scopes, 'unsupported scope applied to resource'));
  }
  for (const [a, b] of [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ] as const) {
    if (scopes.includes(a) && scopes.includes(b)) errors.push(invalid(at, scopes, 'conflicting scopes'));
  }
  const selector = path.child('scopeSelector', 'matchExpressions');
  for (const [index, expression] of (spec.scopeSelector?.matchExpressions ?? []).entries()) {
    const here = selector.index(index);
    const { scopeName = '', operator = '', values = [] } = expression;
    if (!SCOPES.includes(scopeName)) {
      errors.push(invalid(here.child('scopeName'), scopeName, 'unsupported scope'));
    } else if (!scopesFit(scopeName, names)) {
      errors.push(invalid(here.child('scopeName'), scopeName, 'unsupported scope applied to resource'));
    }
    if (['In', 'NotIn'].includes(operator)) {
      if (values.length === 0) {
        const when = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
        errors.push(required(here.child('values'), when));
      }
    } else if (['Exists', 'DoesNotExist'].includes(operator)) {
      if (values.length > 0) {
        const when = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
        errors.push(invalid(here.child('values'), values, when));
      }
    } else {
      errors.push(invalid(here.child('operator'), operator, 'not a valid selector operator'));
    }
    if (!['PriorityClass', 'VolumeAttributesClass'].includes(scopeName) && operator !== 'Exists') {
      const must =
        "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
      errors.push(invalid(here.child('operator'), operator, must));
    }
  }
  return errors;
}

/** core validation `ValidateResourceQuotaUpdate`: which objects it is for stays. */
export function validateResourceQuotaUpdate(object: ResourceQuota, old: ResourceQuota): FieldError[] {
  const sorted = (quota: ResourceQuota): readonly string[] => (quota.spec?.scopes ?? []).toSorted();
  if (equal(sorted(object), sorted(old))) return [];
  return [invalid(field('spec', 'scopes'), object.spec?.scopes ?? [], 'field is immutable')];
}

export function validateResourceQuotaStatus({ status }: ResourceQuota): FieldError[] {
  return [
    ...validateList(status?.hard, field('status', 'hard')),
    ...validateList(status?.used, field('status', 'used')),
  ];
}

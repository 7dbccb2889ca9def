import type { Type } from '../cel/index.ts';
import type { GroupVersionKind } from '../resource.ts';
import type { ValidatingAdmissionPolicy } from '../types.ts';
import { PolicyCompiler } from './compiler.ts';

/** A kind that a policy is about, and what its objects are. */
export interface CheckedType {
  readonly kind: GroupVersionKind;
  readonly type: Type;
}

export interface ExpressionWarning {
  readonly fieldRef: string;
  readonly warning: string;
}

/**
 * What is probably wrong with a policy's validations, given the types of the objects that it is about: warnings, since
 * expressions see all objects without types (apiserver `plugin/policy/validating/typechecking.go`). `params` is the type
 * of the parameters, where it is known.
 */
export function typeWarnings(
  { spec }: ValidatingAdmissionPolicy,
  types: readonly CheckedType[],
  params: Type | undefined,
): readonly ExpressionWarning[] {
  const compilers = types.map(({ kind, type }) => {
    const compiler = new PolicyCompiler(spec.paramKind !== undefined, type, params);
    for (const { name, expression } of spec.variables ?? []) compiler.variable(name, expression);
    return { kind, compiler };
  });
  const check = (expression: string, fieldRef: string): readonly ExpressionWarning[] => {
    const messages = compilers.flatMap(({ kind, compiler }) => {
      const checked = compiler.typed(expression);
      return checked.ok ? [] : [`${kind.group}/${kind.version}, Kind=${kind.kind}: ${checked.message}\n`];
    });
    return messages.length === 0 ? [] : [{ fieldRef, warning: messages.join('\n') }];
  };
  return (spec.validations ?? []).flatMap(({ expression, messageExpression }, index) => {
    const path = `spec.validations[${index}]`;
    return [
      ...check(expression, `${path}.expression`),
      ...(messageExpression ? check(messageExpression, `${path}.messageExpression`) : []),
    ];
  });
}

/** No more kinds are looked at. */
const MAX_TYPES = 10;

/** Selects the addresses that the rules of a policy name, sorted by name. Rules with a star name none. */
export function namedBy<T extends GroupVersionKind & { readonly plural: string }>(
  { spec }: ValidatingAdmissionPolicy,
  addresses: readonly T[],
): readonly T[] {
  const rules = spec.matchConstraints?.resourceRules ?? [];
  const found = addresses.filter(({ group, version, plural }) =>
    rules.some(
      ({ apiGroups = [], apiVersions = [], resources = [] }) =>
        ![...apiGroups, ...apiVersions].some((name) => name.includes('*')) &&
        apiGroups.includes(group) &&
        apiVersions.includes(version) &&
        resources.includes(plural),
    ),
  );
  const nameOf = ({ group, version, kind }: T): string => `${group}\n${version}\n${kind}`;
  return found.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).slice(0, MAX_TYPES);
}

import {
  baseEnvironment,
  BOOL,
  compile,
  type Compiled,
  DYN,
  listOf,
  mapOf,
  type ObjectType,
  STRING,
  type Type,
} from '../cel/index.ts';
import { AUTHORIZER, RESOURCE_CHECK } from '../cel/library/authorization.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooMany,
} from '../fields/fieldErrors.ts';
import { each } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import { qualifiedNameErrors } from '../names/names.ts';
import type { MatchCondition } from '../types.ts';

const MAX_CONDITIONS = 64;

/** A type whose fields expressions read by the names that they have in JSON. */
export function objectType(name: string, fields: Readonly<Record<string, Type>>): ObjectType {
  const named = Object.entries(fields).map(([key, type]) => [key, { type, key }] as const);
  return { kind: 'object', name: `kubernetes.${name}`, fields: new Map(named) };
}

const KIND = objectType('GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = objectType('GroupVersionResource', { group: STRING, version: STRING, resource: STRING });
const USER = objectType('UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
});

/** The fields of an AdmissionReview, without the objects (apiserver `plugin/cel/compile.go`). */
export const REQUEST = objectType('AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
});

const environment = baseEnvironment.withVariables({
  object: DYN,
  oldObject: DYN,
  request: REQUEST,
  authorizer: AUTHORIZER,
  'authorizer.requestResource': RESOURCE_CHECK,
});

/** An expression of a match condition, which sees `object`, `oldObject`, `request` and `authorizer`. */
export function compileCondition(expression: string): Compiled {
  return compile(expression.trim(), environment);
}

/** Expressions that decide whether a request is any of a webhook's or a policy's business. */
export function validateMatchConditions(
  conditions: readonly Unchecked<MatchCondition>[],
  path: FieldPath,
  compile: (expression: string) => Compiled = compileCondition,
): FieldError[] {
  const names = new Set<string>();
  const errors = conditions.length > MAX_CONDITIONS ? [tooMany(path, conditions.length, MAX_CONDITIONS)] : [];
  return [
    ...errors,
    ...each(conditions, path, ({ name = '', expression = '' }, at) => {
      const found = expressionErrors(expression, at.child('expression'), compile);
      if (name === '') found.push(required(at.child('name')));
      else found.push(...qualifiedNameErrors(name).map((text) => invalid(at.child('name'), name, text)));
      if (names.has(name)) found.push(duplicate(at.child('name'), name));
      if (name !== '') names.add(name);
      return found;
    }),
  ];
}

function expressionErrors(
  expression: string,
  path: FieldPath,
  compile: (expression: string) => Compiled,
): FieldError[] {
  const source = expression.trim();
  if (source === '') return [required(path)];
  const compiled = compile(source);
  if (!compiled.ok) return [invalid(path, source, `compilation failed: ${compiled.message}`)];
  return compiled.program.type.kind === 'bool' ? [] : [invalid(path, source, 'must evaluate to bool')];
}

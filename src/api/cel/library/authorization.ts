import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../names/names.ts';
import { flat, sizeAt } from '../cost/calls.ts';
import {
  add,
  fixed,
  LIST_BASE_COST,
  type Range,
  scale,
  STRUCT_BASE_COST,
  TRAVERSAL_FACTOR,
} from '../cost/estimates.ts';
import { type Library, member, type Overload } from '../declarations.ts';
import { codePoints } from '../operators.ts';
import { BOOL, type ObjectType, STRING } from '../types.ts';
import { CelError, OpaqueValue, type Value } from '../values.ts';

/** A question to an authorizer. */
export type Check =
  | { readonly kind: 'path'; readonly path: string }
  | {
      readonly kind: 'resource';
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
      readonly fieldSelector: string | undefined;
      readonly labelSelector: string | undefined;
    };

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
  /** '' if there was none. */
  readonly error: string;
}

/** Asks about the user of the request, or about a service account. */
export type Authorize = (
  verb: string,
  check: Check,
  serviceAccount: { readonly namespace: string; readonly name: string } | undefined,
) => Decision;

function typeNamed(name: string): ObjectType {
  return { kind: 'object', name: `kubernetes.authorization.${name}`, fields: new Map() };
}

export const AUTHORIZER = typeNamed('Authorizer');
const PATH_CHECK = typeNamed('PathCheck');
const GROUP_CHECK = typeNamed('GroupCheck');
export const RESOURCE_CHECK = typeNamed('ResourceCheck');
const DECISION = typeNamed('Decision');

abstract class OnlyItself extends OpaqueValue {
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
}

export class AuthorizerValue extends OnlyItself {
  readonly typeName = AUTHORIZER.name;
  readonly authorize: Authorize;
  readonly serviceAccount: { readonly namespace: string; readonly name: string } | undefined;

  constructor(authorize: Authorize, serviceAccount?: { namespace: string; name: string }) {
    super();
    this.authorize = authorize;
    this.serviceAccount = serviceAccount;
  }
}

class GroupCheckValue extends OnlyItself {
  readonly typeName = GROUP_CHECK.name;
  readonly authorizer: AuthorizerValue;
  readonly group: string;

  constructor(authorizer: AuthorizerValue, group: string) {
    super();
    this.authorizer = authorizer;
    this.group = group;
  }
}

/** A check that still needs a verb. */
export class CheckValue extends OnlyItself {
  readonly typeName: string;
  readonly authorizer: AuthorizerValue;
  readonly check: Check;

  constructor(authorizer: AuthorizerValue, check: Check) {
    super();
    this.typeName = check.kind === 'path' ? PATH_CHECK.name : RESOURCE_CHECK.name;
    this.authorizer = authorizer;
    this.check = check;
  }
}

class DecisionValue extends OnlyItself {
  readonly typeName = DECISION.name;
  readonly decision: Decision;

  constructor(decision: Decision) {
    super();
    this.decision = decision;
  }
}

function serviceAccount(authorizer: AuthorizerValue, namespace: string, name: string): Value {
  if (dns1123SubdomainErrors(name).length > 0) return new CelError('Invalid service account name');
  if (dns1123LabelErrors(namespace).length > 0) return new CelError('Invalid service account namespace');
  return new AuthorizerValue(authorizer.authorize, { namespace, name });
}

function path(authorizer: AuthorizerValue, text: string): Value {
  if (text.trim() === '') return new CelError('path must not be empty');
  return new CheckValue(authorizer, { kind: 'path', path: text });
}

function resource({ authorizer, group }: GroupCheckValue, text: string): Value {
  if (text.trim() === '') return new CelError('resource must not be empty');
  const nothing = {
    subresource: '',
    namespace: '',
    name: '',
    fieldSelector: undefined,
    labelSelector: undefined,
  };
  return new CheckValue(authorizer, { kind: 'resource', group, resource: text, ...nothing });
}

type Narrowing = 'subresource' | 'namespace' | 'name' | 'fieldSelector' | 'labelSelector';

function narrow(key: Narrowing): (value: CheckValue, text: string) => Value {
  return ({ authorizer, check }, text) => new CheckValue(authorizer, { ...check, [key]: text });
}

function decide({ authorizer, check }: CheckValue, verb: string): Value {
  return new DecisionValue(authorizer.authorize(verb, check, authorizer.serviceAccount));
}

/** The cost of parsing a selector and its requirements. A requirement may be as short as two characters. */
function selectorCost(size: Range): Range {
  const requirements = scale(scale(size, 0.5), LIST_BASE_COST + STRUCT_BASE_COST);
  return add(add(fixed(LIST_BASE_COST), scale(size, TRAVERSAL_FACTOR)), requirements);
}

const selector: Pick<Overload, 'cost' | 'estimate'> = {
  cost: (_check, text) => selectorCost(fixed(codePoints(String(text)))).max,
  estimate: (args) => ({ cost: selectorCost(sizeAt(args, 1)) }),
};

const one = flat(1);
/** The cost of a check. The budget of one expression allows two of them. */
const asks = flat(350_000);

/** Authorization checks (`k8s.io/apiserver/pkg/cel/library/authz.go`). */
export const AUTHORIZATION: Library = {
  functions: [
    member('path', 'authorizer_path', [AUTHORIZER, STRING], PATH_CHECK, path, one),
    member(
      'group',
      'authorizer_group',
      [AUTHORIZER, STRING],
      GROUP_CHECK,
      (authorizer: AuthorizerValue, group: string) => new GroupCheckValue(authorizer, group),
      one,
    ),
    member(
      'serviceAccount',
      'authorizer_serviceaccount',
      [AUTHORIZER, STRING, STRING],
      AUTHORIZER,
      serviceAccount,
      one,
    ),
    member('resource', 'groupcheck_resource', [GROUP_CHECK, STRING], RESOURCE_CHECK, resource, one),
    member(
      'subresource',
      'resourcecheck_subresource',
      [RESOURCE_CHECK, STRING],
      RESOURCE_CHECK,
      narrow('subresource'),
      one,
    ),
    member(
      'namespace',
      'resourcecheck_namespace',
      [RESOURCE_CHECK, STRING],
      RESOURCE_CHECK,
      narrow('namespace'),
      one,
    ),
    member('name', 'resourcecheck_name', [RESOURCE_CHECK, STRING], RESOURCE_CHECK, narrow('name'), one),
    member(
      'fieldSelector',
      'authorizer_fieldselector',
      [RESOURCE_CHECK, STRING],
      RESOURCE_CHECK,
      narrow('fieldSelector'),
      selector,
    ),
    member(
      'labelSelector',
      'authorizer_labelselector',
      [RESOURCE_CHECK, STRING],
      RESOURCE_CHECK,
      narrow('labelSelector'),
      selector,
    ),
    member('check', 'pathcheck_check', [PATH_CHECK, STRING], DECISION, decide, asks),
    member('check', 'resourcecheck_check', [RESOURCE_CHECK, STRING], DECISION, decide, asks),
    member(
      'allowed',
      'decision_allowed',
      [DECISION],
      BOOL,
      ({ decision }: DecisionValue) => decision.allowed,
      one,
    ),
    member(
      'reason',
      'decision_reason',
      [DECISION],
      STRING,
      ({ decision }: DecisionValue) => decision.reason,
      one,
    ),
    member(
      'errored',
      'decision_errored',
      [DECISION],
      BOOL,
      ({ decision }: DecisionValue) => decision.error !== '',
      one,
    ),
    member(
      'error',
      'decision_error',
      [DECISION],
      STRING,
      ({ decision }: DecisionValue) => decision.error,
      one,
    ),
  ],
  types: [AUTHORIZER, PATH_CHECK, GROUP_CHECK, RESOURCE_CHECK, DECISION],
};

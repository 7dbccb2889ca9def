import {
  baseEnvironment,
  compile,
  type Compiled,
  DYN,
  type Environment,
  type Field,
  INT,
  listOf,
  mapOf,
  type ObjectType,
  type Program,
  STRING,
  TIMESTAMP,
  type Type,
} from '../cel/index.ts';
import { AUTHORIZER, RESOURCE_CHECK } from '../cel/library/authorization.ts';
import { objectType, REQUEST } from '../webhooks/matchConditions.ts';

/** What expressions can see of the request's namespace (apiserver `plugin/cel/compile.go` BuildNamespaceType). */
const NAMESPACE = objectType('Namespace', {
  metadata: objectType('NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: objectType('NamespaceSpec', { finalizers: listOf(STRING) }),
  status: objectType('NamespaceStatus', { phase: STRING }),
});

/** An expression made ready, or what is wrong with it. */
export type Checked =
  { readonly ok: true; readonly program: Program } | { readonly ok: false; readonly message: string };

/** Types that an expression may have, as upstream's message names them. */
export type Returns = 'bool' | 'string' | 'string or null';

/**
 * Compiles the expressions of one policy, in the order in which they stand: each sees the variables before it. `object`
 * is the type of the objects, where it is known.
 */
export class PolicyCompiler {
  readonly #conditions: Environment;
  readonly #asking: Environment;
  readonly #telling: Environment;
  readonly #variables = new Map<string, Field>();

  constructor(hasParams: boolean, object: Type = DYN, params: Type = DYN) {
    const request = { object, oldObject: object, request: REQUEST, ...(hasParams ? { params } : {}) };
    const authorizer = { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK };
    const variables: ObjectType = { kind: 'object', name: 'kubernetes.variables', fields: this.#variables };
    this.#conditions = baseEnvironment.withVariables({ ...request, ...authorizer });
    this.#telling = baseEnvironment.withVariables({ ...request, namespaceObject: NAMESPACE, variables });
    this.#asking = this.#telling.withVariables(authorizer);
  }

  /** A match condition, which sees no variables. */
  condition(expression: string): Compiled {
    return compile(expression, this.#conditions);
  }

  /** A variable, which those that follow can refer to. */
  variable(name: string, expression: string): Checked {
    const checked = checkedAs(compile(expression, this.#asking), undefined);
    this.#variables.set(name, { type: checked.ok ? checked.program.type : DYN, key: name });
    return checked;
  }

  /** A validation or the value of an annotation. */
  expression(expression: string, returns: Returns): Checked {
    return checkedAs(compile(expression, this.#asking), returns);
  }

  /** An expression whatever it gives: what counts is whether its types fit. */
  typed(expression: string): Checked {
    return compile(expression, this.#asking);
  }

  /** A message, which is told without asking an authorizer. */
  message(expression: string): Checked {
    return checkedAs(compile(expression, this.#telling), 'string');
  }
}

function checkedAs(compiled: Compiled, returns: Returns | undefined): Checked {
  if (!compiled.ok) return { ok: false, message: `compilation failed: ${compiled.message}` };
  const { kind } = compiled.program.type;
  if (returns === undefined || returns === kind) return compiled;
  if (returns !== 'string or null') return { ok: false, message: `must evaluate to ${returns}` };
  return kind === 'string' || kind === 'null'
    ? compiled
    : { ok: false, message: 'must evaluate to one of [string null_type]' };
}

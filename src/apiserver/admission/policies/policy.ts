import type { Program } from '../../../api/cel/index.ts';
import { type Checked, PolicyCompiler } from '../../../api/policies/compiler.ts';
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../../api/types.ts';
import type { Conditions } from '../../webhooks/conditions.ts';
import { type Matcher, matcherOfResources } from './matching.ts';

type Spec = ValidatingAdmissionPolicy['spec'];

export interface Variable {
  readonly name: string;
  readonly program: Program;
}

export interface Validation {
  readonly expression: string;
  readonly program: Program;
  readonly message: string;
  readonly messageProgram: Program | undefined;
  /** '' if none is given. */
  readonly reason: string;
}

export interface AuditAnnotation {
  readonly key: string;
  readonly expression: string;
  readonly program: Program;
}

/** The compiled expressions of a policy. */
export interface Expressions {
  readonly conditions: Conditions;
  readonly variables: readonly Variable[];
  readonly validations: readonly Validation[];
  readonly auditAnnotations: readonly AuditAnnotation[];
}

/** A policy with its bindings. */
export interface Policy {
  readonly name: string;
  readonly matcher: Matcher;
  /** True for `failurePolicy: Ignore`. */
  readonly ignoresFailures: boolean;
  readonly paramKind: Spec['paramKind'];
  /** The error, if expressions that were accepted once do not compile now. */
  readonly expressions: Expressions | Error;
  readonly bindings: readonly PolicyBinding[];
}

export interface PolicyBinding {
  readonly name: string;
  readonly matcher: Matcher;
  readonly paramRef: ValidatingAdmissionPolicyBinding['spec']['paramRef'];
  readonly actions: readonly string[];
}

export function policyOf(
  { metadata: { name }, spec }: ValidatingAdmissionPolicy,
  bindings: readonly ValidatingAdmissionPolicyBinding[],
): Policy {
  return {
    name,
    matcher: matcherOfResources(spec.matchConstraints),
    ignoresFailures: spec.failurePolicy === 'Ignore',
    paramKind: spec.paramKind,
    expressions: tryCompile(spec),
    bindings: bindings.map(bindingOf),
  };
}

function bindingOf({ metadata, spec }: ValidatingAdmissionPolicyBinding): PolicyBinding {
  return {
    name: metadata.name,
    matcher: matcherOfResources(spec.matchResources),
    paramRef: spec.paramRef,
    actions: spec.validationActions,
  };
}

function tryCompile(spec: Spec): Expressions | Error {
  try {
    return compileExpressions(spec);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function compileExpressions(spec: Spec): Expressions {
  const compiler = new PolicyCompiler(spec.paramKind !== undefined);
  return {
    conditions: (spec.matchConditions ?? []).map(({ expression }) => {
      const source = expression.trim();
      return { expression: source, program: programOf(compiler.condition(source)) };
    }),
    variables: (spec.variables ?? []).map(({ name, expression }) => ({
      name,
      program: programOf(compiler.variable(name, expression)),
    })),
    validations: (spec.validations ?? []).map(({ expression, message, messageExpression, reason }) => ({
      expression,
      program: programOf(compiler.expression(expression, 'bool')),
      message: message?.trim() ?? '',
      messageProgram: messageExpression ? programOf(compiler.message(messageExpression)) : undefined,
      reason: reason ?? '',
    })),
    auditAnnotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
      key,
      expression: valueExpression,
      program: programOf(compiler.expression(valueExpression, 'string or null')),
    })),
  };
}

function programOf(checked: Checked): Program {
  if (!checked.ok) throw new Error(checked.message);
  return checked.program;
}

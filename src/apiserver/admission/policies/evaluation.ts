import { CelError, COST_LIMITS, type Program, typeNameOf, type Value } from '../../../api/cel/index.ts';
import { judge } from '../../webhooks/conditions.ts';
import type { AuditAnnotation, Expressions, Validation } from './policy.ts';

/** The variables that expressions are evaluated with, by name. */
export type Bindings = Readonly<Record<string, Value>> & {
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly request: unknown;
};

/** A validation that failed, or that could not be evaluated. */
export interface Failure {
  /** The index of the validation. */
  readonly index: number;
  /** True if it could not be evaluated. */
  readonly isError: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface Evaluated {
  readonly failures: readonly Failure[];
  /** The errors of annotations that could not be evaluated. */
  readonly annotationErrors: readonly string[];
  readonly annotations: readonly { readonly key: string; readonly value: string }[];
}

const NOTHING: Evaluated = { failures: [], annotationErrors: [], annotations: [] };
const MAX_MESSAGE = 5 * 1024;
const OUT_OF_BUDGET =
  'validation failed due to running out of cost budget, no further validation rules will be run';

/** Evaluates a policy for a request (apiserver `plugin/policy/validating/validator.go`). */
export function evaluate(expressions: Expressions, bindings: Bindings): Evaluated {
  const verdict = judge(expressions.conditions, bindings);
  if ('error' in verdict) return { ...NOTHING, failures: [errorOf(0, verdict.error)] };
  if (!verdict.holds) return NOTHING;
  const validations = new Evaluation(expressions, bindings);
  const failures: Failure[] = [];
  const annotationErrors: string[] = [];
  try {
    for (const [index, validation] of expressions.validations.entries()) {
      const value = validations.run(validation.program, validation.expression);
      if (value instanceof CelError) failures.push(errorOf(index, value.message));
      else if (value !== true) failures.push(failureOf(index, validation, validations));
    }
    const annotations = annotationsOf(
      expressions.auditAnnotations,
      new Evaluation(expressions, bindings),
      annotationErrors,
    );
    return { failures, annotationErrors, annotations };
  } catch (error) {
    if (error instanceof OutOfBudget) return { ...NOTHING, failures: [errorOf(0, error.message)] };
    throw error;
  }
}

function errorOf(index: number, message: string): Failure {
  return { index, isError: true, reason: 'Invalid', message };
}

class OutOfBudget extends Error {}

/** Expressions that share a budget and the values of variables. */
class Evaluation {
  readonly #bindings: Bindings;
  #left: number = COST_LIMITS.perObject;

  constructor({ variables }: Expressions, bindings: Bindings) {
    this.#bindings = { ...bindings, variables: this.#variables(variables) };
  }

  /** The value, or an error in upstream's words. @throws OutOfBudget */
  run(program: Program, expression: string): Value {
    const value = this.#evaluate(program);
    if (this.#left <= 0) throw new OutOfBudget(OUT_OF_BUDGET);
    return value instanceof CelError
      ? new CelError(`expression '${expression}' resulted in error: ${value.message}`)
      : value;
  }

  #evaluate(program: Program): Value {
    const { value, cost } = program.evaluate(this.#bindings, Math.min(this.#left, COST_LIMITS.perCall));
    this.#left -= cost;
    return value;
  }

  /** Each variable is evaluated when an expression first needs it. That expression pays for it. */
  #variables(variables: Expressions['variables']): object {
    const values = {};
    for (const { name, program } of variables) {
      let value: { readonly value: Value } | undefined;
      const get = (): Value => (value ??= { value: this.#variable(name, program) }).value;
      Object.defineProperty(values, name, { enumerable: true, get });
    }
    return values;
  }

  #variable(name: string, program: Program): Value {
    const value = this.#evaluate(program);
    return value instanceof CelError
      ? new CelError(`composited variable "${name}" fails to evaluate: ${value.message}`)
      : value;
  }
}

function failureOf(index: number, validation: Validation, evaluation: Evaluation): Failure {
  const { expression, message, messageProgram, reason } = validation;
  const told = messageProgram === undefined ? '' : toldMessage(evaluation.run(messageProgram, expression));
  const text = told !== '' ? told : message !== '' ? message : `failed expression: ${expression.trim()}`;
  return { index, isError: false, reason: reason === '' ? 'Invalid' : reason, message: text };
}

/** '' if the value is no valid message: upstream then uses `message`. */
function toldMessage(value: Value): string {
  const text = typeof value === 'string' ? value.trim() : '';
  return Buffer.byteLength(text) > MAX_MESSAGE || text.includes('\n') ? '' : text;
}

function annotationsOf(
  annotations: readonly AuditAnnotation[],
  evaluation: Evaluation,
  errors: string[],
): Evaluated['annotations'] {
  return annotations.flatMap(({ key, expression, program }) => {
    const value = evaluation.run(program, expression);
    if (value instanceof CelError) errors.push(value.message);
    else if (typeof value === 'string') return value.trim() === '' ? [] : [{ key, value: value.trim() }];
    else if (value !== null) {
      errors.push(
        `valueExpression '${expression}' resulted in unsupported return type: ${typeNameOf(value)}. Return type must be either string or null.`,
      );
    }
    return [];
  });
}

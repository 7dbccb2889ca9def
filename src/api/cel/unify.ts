import { DYN, isDynOrError, isSameType, nameOf, partsOf, type Type, withParts } from './types.ts';

/** The types that parameters stand for. Immutable: a match that fails leaves no trace. */
export type Substitutions = ReadonlyMap<string, Type>;

/** Replaces each parameter by the type that it stands for. Unknown ones become dyn if `toDyn` is true. */
export function substitute(substitutions: Substitutions, type: Type, toDyn: boolean): Type {
  if (type.kind === 'parameter') {
    const known = substitutions.get(type.name);
    if (known !== undefined) return substitute(substitutions, known, toDyn);
    return toDyn ? DYN : type;
  }
  const parts = partsOf(type);
  return parts.length === 0
    ? type
    : withParts(
        type,
        parts.map((part) => substitute(substitutions, part, toDyn)),
      );
}

/**
 * Whether a value of `actual` fits where `expected` is wanted, and the types that parameters then stand for (cel-go
 * `checker/types.go`).
 */
export function assign(
  substitutions: Substitutions,
  expected: readonly Type[],
  actual: readonly Type[],
): Substitutions | undefined {
  if (expected.length !== actual.length) return undefined;
  const unifier = new Unifier(substitutions);
  return expected.every((type, index) => unifier.isAssignable(type, actual[index] ?? DYN))
    ? unifier.substitutions
    : undefined;
}

class Unifier {
  readonly substitutions: Map<string, Type>;

  constructor(substitutions: Substitutions) {
    this.substitutions = new Map(substitutions);
  }

  isAssignable(a: Type, b: Type): boolean {
    if (b.kind === 'parameter') {
      const { valid, known } = this.#substitutes(a, b);
      if (valid) return true;
      if (known) return false;
    }
    if (a.kind === 'parameter') return this.#substitutes(b, a).valid;
    if (isDynOrError(a) || isDynOrError(b)) return true;
    if (a.kind === 'null') return isNullable(b);
    if (b.kind === 'null') return isNullable(a);
    if (a.kind !== b.kind) return false;
    if (a.kind === 'type') return true;
    if (nameOf(a) !== nameOf(b)) return false;
    const others = partsOf(b);
    const parts = partsOf(a);
    return (
      parts.length === others.length &&
      parts.every((part, index) => this.isAssignable(part, others[index] ?? DYN))
    );
  }

  /** Whether `parameter` may stand for `type`, and whether it stood for a type before. */
  #substitutes(type: Type, parameter: Type & { kind: 'parameter' }): { valid: boolean; known: boolean } {
    if (isSameType(type, parameter)) return { valid: true, known: true };
    const known = this.substitutions.get(parameter.name);
    if (known !== undefined) {
      if (isSameType(type, known)) return { valid: true, known: true };
      if (!this.isAssignable(type, known)) return { valid: false, known: true };
      const general = mostGeneral(type, known);
      if (!this.#refersTo(general, parameter.name)) this.substitutions.set(parameter.name, general);
      return { valid: true, known: true };
    }
    if (this.#refersTo(type, parameter.name)) return { valid: false, known: false };
    this.substitutions.set(parameter.name, type);
    return { valid: true, known: false };
  }

  #refersTo(type: Type, name: string): boolean {
    if (type.kind === 'parameter') {
      if (type.name === name) return true;
      const known = this.substitutions.get(type.name);
      return known !== undefined && this.#refersTo(known, name);
    }
    return partsOf(type).some((part) => this.#refersTo(part, name));
  }
}

function isNullable(type: Type): boolean {
  return ['null', 'object', 'timestamp', 'duration', 'opaque'].includes(type.kind);
}

/** The more general of two types. */
export function mostGeneral(a: Type, b: Type): Type {
  return isAsGeneral(a, b) ? a : b;
}

function isAsGeneral(a: Type, b: Type): boolean {
  if (a.kind === 'dyn' || a.kind === 'parameter') return true;
  if (b.kind === 'dyn' || b.kind === 'parameter') return false;
  if (b.kind === 'null' && isNullable(a)) return true;
  if (a.kind !== b.kind || nameOf(a) !== nameOf(b)) return false;
  if (a.kind === 'type') return true;
  const others = partsOf(b);
  const parts = partsOf(a);
  return (
    parts.length === others.length && parts.every((part, index) => isAsGeneral(part, others[index] ?? DYN))
  );
}

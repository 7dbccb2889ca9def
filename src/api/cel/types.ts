/** The type of an expression (cel-spec `doc/langdef.md`, Gradual Type Checking). */
export type Type = SimpleType | ListType | MapType | ObjectType | OpaqueType | TypeType | ParameterType;

export interface SimpleType {
  readonly kind:
    | 'dyn'
    | 'error'
    | 'bool'
    | 'int'
    | 'uint'
    | 'double'
    | 'string'
    | 'bytes'
    | 'null'
    | 'timestamp'
    | 'duration';
}

export interface ListType {
  readonly kind: 'list';
  readonly element: Type;
  /** For lists that a schema describes: whether the order of elements counts, and how two lists merge. */
  readonly merge?: ListMerge;
}

/** `x-kubernetes-list-type`: equality of sets and of lists with keys does not depend on the order. */
export interface ListMerge {
  readonly type: 'set' | 'map';
  readonly keys: readonly string[];
}

export interface MapType {
  readonly kind: 'map';
  readonly key: Type;
  readonly value: Type;
}

/** A type with named fields. Two with the same name are the same type. */
export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  /** The fields by the names that expressions use: reserved words and odd characters are escaped. */
  readonly fields: ReadonlyMap<string, Field>;
}

export interface Field {
  readonly type: Type;
  /** The key in JSON. */
  readonly key: string;
}

/** A type without visible parts: optionals, quantities, URLs. */
export interface OpaqueType {
  readonly kind: 'opaque';
  readonly name: string;
  readonly parameters: readonly Type[];
}

/** The type of a type. */
export interface TypeType {
  readonly kind: 'type';
  readonly of: Type | undefined;
}

/** Stands for any type. Within one declaration, the same name stands for the same type. */
export interface ParameterType {
  readonly kind: 'parameter';
  readonly name: string;
}

export const DYN: SimpleType = { kind: 'dyn' };
export const ERROR: SimpleType = { kind: 'error' };
export const BOOL: SimpleType = { kind: 'bool' };
export const INT: SimpleType = { kind: 'int' };
export const UINT: SimpleType = { kind: 'uint' };
export const DOUBLE: SimpleType = { kind: 'double' };
export const STRING: SimpleType = { kind: 'string' };
export const BYTES: SimpleType = { kind: 'bytes' };
export const NULL: SimpleType = { kind: 'null' };
export const TIMESTAMP: SimpleType = { kind: 'timestamp' };
export const DURATION: SimpleType = { kind: 'duration' };
export const TYPE: TypeType = { kind: 'type', of: undefined };

export function listOf(element: Type): ListType {
  return { kind: 'list', element };
}

export function mapOf(key: Type, value: Type): MapType {
  return { kind: 'map', key, value };
}

export function opaque(name: string, ...parameters: Type[]): OpaqueType {
  return { kind: 'opaque', name, parameters };
}

export function optionalOf(type: Type): OpaqueType {
  return opaque(OPTIONAL, type);
}

export function typeOf(of: Type): TypeType {
  return { kind: 'type', of };
}

export function parameter(name: string): ParameterType {
  return { kind: 'parameter', name };
}

export const OPTIONAL = 'optional_type';

export function isOptional(type: Type): type is OpaqueType {
  return type.kind === 'opaque' && type.name === OPTIONAL;
}

/** The type inside an optional; any other type is returned as it is. */
export function unwrapOptional(type: Type): Type {
  return isOptional(type) ? (type.parameters[0] ?? DYN) : type;
}

export function isDynOrError(type: Type): boolean {
  return type.kind === 'dyn' || type.kind === 'error';
}

/** The types that a type is made of, in order. */
export function partsOf(type: Type): readonly Type[] {
  switch (type.kind) {
    case 'list':
      return [type.element];
    case 'map':
      return [type.key, type.value];
    case 'opaque':
      return type.parameters;
    case 'type':
      return type.of === undefined ? [] : [type.of];
    default:
      return [];
  }
}

/** The same type with other parts. */
export function withParts(type: Type, parts: readonly Type[]): Type {
  const [first = DYN, second = DYN] = parts;
  switch (type.kind) {
    case 'list':
      return first === type.element ? type : { ...type, element: first };
    case 'map':
      return first === type.key && second === type.value ? type : mapOf(first, second);
    case 'opaque':
      return { ...type, parameters: parts };
    case 'type':
      return type.of === undefined ? type : typeOf(first);
    default:
      return type;
  }
}

/** The name that, besides kind and parts, tells a type from others. */
export function nameOf(type: Type): string {
  return type.kind === 'object' || type.kind === 'opaque' || type.kind === 'parameter'
    ? type.name
    : type.kind;
}

export function isSameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || nameOf(a) !== nameOf(b)) return false;
  const parts = partsOf(a);
  const others = partsOf(b);
  return (
    parts.length === others.length && parts.every((part, index) => isSameType(part, others[index] ?? DYN))
  );
}

/** The type as upstream's messages print it (cel-go `checker/format.go`): `map(string, list(int))`. */
export function formatType(type: Type): string {
  switch (type.kind) {
    case 'error':
      return '!error!';
    case 'object':
    case 'parameter':
      return type.name;
    case 'opaque':
    case 'list':
    case 'map':
    case 'type': {
      const parts = partsOf(type);
      const name = nameOf(type);
      return parts.length === 0 ? name : `${name}(${parts.map(formatType).join(', ')})`;
    }
    default:
      return type.kind;
  }
}

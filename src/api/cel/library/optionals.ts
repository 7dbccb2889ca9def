import { global, type Library, member } from '../declarations.ts';
import { index, NO_OVERLOAD, optionalIndex } from '../operators.ts';
import { BOOL, DYN, INT, listOf, mapOf, optionalOf, parameter } from '../types.ts';
import { CelError, Optional, sizeOfMap, isMap, type Value } from '../values.ts';

const V = parameter('V');
const K = parameter('K');
/** The planner evaluates these calls, because they do not always need both sides. */
const lazy = (): Value => NO_OVERLOAD;
const NO_VALUE = new CelError('optional.none() dereference');

/** Optional values (cel-go `cel/library.go`, OptionalTypes). */
export const OPTIONALS: Library = {
  functions: [
    global('optional.of', 'optional_of', [V], optionalOf(V), (value: Value) => Optional.of(value)),
    global('optional.ofNonZeroValue', 'optional_ofNonZeroValue', [V], optionalOf(V), (value: Value) =>
      isZero(value) ? Optional.none : Optional.of(value),
    ),
    global('optional.none', 'optional_none', [], optionalOf(V), () => Optional.none),
    global('optional.unwrap', 'optional_unwrap', [listOf(optionalOf(V))], listOf(V), unwrap),
    member('unwrapOpt', 'optional_unwrapOpt', [listOf(optionalOf(V))], listOf(V), unwrap),
    member('value', 'optional_value', [optionalOf(V)], V, (optional: Optional) =>
      optional.present ? optional.value : NO_VALUE,
    ),
    member('hasValue', 'optional_hasValue', [optionalOf(V)], BOOL, (optional: Optional) => optional.present),
    member('or', 'optional_or_optional', [optionalOf(V), optionalOf(V)], optionalOf(V), lazy),
    member('orValue', 'optional_orValue_value', [optionalOf(V), V], V, lazy),
    global('_[?_]', 'list_optindex_optional_int', [listOf(V), INT], optionalOf(V), optionalIndex),
    global(
      '_[?_]',
      'optional_list_optindex_optional_int',
      [optionalOf(listOf(V)), INT],
      optionalOf(V),
      optionalIndex,
    ),
    global('_[?_]', 'map_optindex_optional_value', [mapOf(K, V), K], optionalOf(V), optionalIndex),
    global(
      '_[?_]',
      'optional_map_optindex_optional_value',
      [optionalOf(mapOf(K, V)), K],
      optionalOf(V),
      optionalIndex,
    ),
    global('_[_]', 'optional_list_index_int', [optionalOf(listOf(V)), INT], optionalOf(V), index),
    global('_[_]', 'optional_map_index_value', [optionalOf(mapOf(K, V)), K], optionalOf(V), index),
  ],
  types: [optionalOf(DYN)],
};

function unwrap(list: readonly Value[]): Value {
  return list
    .filter((item) => item instanceof Optional && item.present)
    .map((item) => (item as Optional).value);
}

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === '') return true;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  return isMap(value) ? sizeOfMap(value) === 0 : false;
}

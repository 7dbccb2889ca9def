import { global, type Library } from '../declarations.ts';
import { mapOf, parameter } from '../types.ts';
import { CelError, CelMap, getOfMap, isMap, keysOfMap, type MapValue, type Value } from '../values.ts';

const K = parameter('K');
const V = parameter('V');

function inserted(map: MapValue, entries: Iterable<readonly [Value, Value]>): Value {
  const copy = new CelMap();
  for (const key of keysOfMap(map)) copy.add(key, getOfMap(map, key));
  for (const [key, value] of entries) {
    if (!copy.add(key, value)) return new CelError(`insert failed: key ${String(key)} already exists`);
  }
  return copy;
}

/** The functions that comprehensions with two variables use (cel-go `ext/comprehensions.go`). */
export const TWO_VARIABLES: Library = {
  functions: [
    global(
      'cel.@mapInsert',
      '@mapInsert_map_key_value',
      [mapOf(K, V), K, V],
      mapOf(K, V),
      (map: MapValue, key: Value, value: Value) => inserted(map, [[key, value]]),
    ),
    global(
      'cel.@mapInsert',
      '@mapInsert_map_map',
      [mapOf(K, V), mapOf(K, V)],
      mapOf(K, V),
      (map: MapValue, other: Value) =>
        isMap(other)
          ? inserted(
              map,
              Array.from(keysOfMap(other), (key) => [key, getOfMap(other, key)] as const),
            )
          : new CelError('no such overload'),
    ),
  ],
};

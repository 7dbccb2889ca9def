type Properties = ReadonlyMap<PropertyKey, PropertyDescriptor | undefined>;

/** What all objects share. No input may change it: every part of the process would see it. */
const SHARED: Readonly<Record<string, object>> = {
  Object,
  'Object.prototype': Object.prototype,
  'Function.prototype': Function.prototype,
  'Array.prototype': Array.prototype,
  'String.prototype': String.prototype,
};

/** The keys that every object inherits: what clients can write like any other, and must find nothing under. */
export const inheritedKeys: readonly string[] = Object.getOwnPropertyNames(Object.prototype);

const known = new Map<object, Properties>(
  Object.values(SHARED).map((object) => [object, propertiesOf(object)]),
);

/**
 * Names what was added, removed or exchanged in what all objects share since this module was loaded, and puts it back,
 * so that only the test at fault fails.
 */
export function restoreBuiltIns(): string[] {
  return Object.entries(SHARED).flatMap(([name, object]) => {
    const before = known.get(object) ?? new Map<PropertyKey, undefined>();
    const keys = new Set([...before.keys(), ...Reflect.ownKeys(object)]);
    return [...keys]
      .filter((key) => restore(object, key, before.get(key)))
      .map((key) => `${name}.${String(key)}`);
  });
}

function propertiesOf(object: object): Properties {
  return new Map(Reflect.ownKeys(object).map((key) => [key, Reflect.getOwnPropertyDescriptor(object, key)]));
}

/** True where there was something to put back. */
function restore(object: object, key: PropertyKey, was: PropertyDescriptor | undefined): boolean {
  const is = Reflect.getOwnPropertyDescriptor(object, key);
  const same = (is === undefined) === (was === undefined) && is?.value === was?.value && is?.get === was?.get;
  if (same) return false;
  if (was === undefined) Reflect.deleteProperty(object, key);
  else Object.defineProperty(object, key, was);
  return true;
}

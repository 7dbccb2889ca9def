/**
 * The value that an object itself has under a key from outside; undefined for what every object inherits, like
 * `constructor`. JSON's objects are read this way wherever a client chooses the key.
 */
export function ownProperty<T>(object: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets a property under a key from outside: `__proto__`, a valid key of a ConfigMap, is one like any other. */
export function setOwnProperty<T>(object: Record<string, T>, key: string, value: NoInfer<T>): void {
  if (key === '__proto__') Object.defineProperty(object, key, { ...OWN, value });
  else object[key] = value;
}

/** What an assignment makes. */
const OWN = { configurable: true, enumerable: true, writable: true };

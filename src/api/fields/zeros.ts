/**
 * Drops fields whose zero value means the same as no value, as upstream's encoding does (`omitempty` on what is no
 * pointer). Without this a client that reads and writes back would seem to change what it did not touch.
 */
export function dropZeros<T extends object>(object: T | undefined, names: readonly (keyof T)[]): void {
  if (object === undefined) return;
  for (const name of names) {
    const value: unknown = object[name];
    if (value === false || value === 0 || value === '') Reflect.deleteProperty(object, name);
  }
}

/**
 * Freezes a JSON value all the way down, and drops properties without a value, which JSON does not carry either. What is
 * frozen already is taken to be so all the way down.
 */
export function freezeJson<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) freezeParts(value);
  return value;
}

function freezeParts(object: object): void {
  if (Array.isArray(object)) {
    for (const item of object as unknown[]) freezeJson(item);
  } else {
    const record = object as Record<string, unknown>;
    for (const key in record) {
      const value = record[key];
      if (typeof value === 'object') freezeJson(value);
      else if (value === undefined) Reflect.deleteProperty(record, key);
    }
  }
  Object.freeze(object);
}

import { setOwnProperty } from '../base/ownProperty.ts';

/** A deep, writable copy of a JSON value, without what is undefined; several times faster than structuredClone. */
export function cloneJson<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  const made: Record<string, unknown> = {};
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    if (part !== undefined) setOwnProperty(made, key, copy(part));
  }
  return made;
}

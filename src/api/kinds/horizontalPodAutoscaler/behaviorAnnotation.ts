type Json = Record<string, unknown>;

/** The annotation has upstream's internal type, whose names begin in upper case. */
export const behaviorToAnnotation = (behavior: Json): Json => renamed(behavior, upper) as Json;
export const behaviorFromAnnotation = (annotation: Json): Json => renamed(annotation, lower) as Json;

const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function renamed(value: unknown, name: (own: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, name));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [name(key), renamed(item, name)]));
}

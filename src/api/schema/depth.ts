/**
 * How deep objects and lists may be within one another (upstream: 10,000). Whatever comes after decoding goes through
 * them by recursion, on a stack that no body may exhaust.
 */
export const MAX_DEPTH = 500;

export const TOO_DEEP = `exceeded max depth of ${MAX_DEPTH}`;

/** Whether what was decoded from a body of this length goes deeper than that. */
export function isTooDeep(length: number, decoded: unknown): boolean {
  // Each level takes two characters at least: most bodies are too short.
  return length > 2 * MAX_DEPTH && goesDeeper(decoded, MAX_DEPTH);
}

function goesDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => goesDeeper(item, levels - 1));
  for (const key in value) {
    if (goesDeeper((value as Record<string, unknown>)[key], levels - 1)) return true;
  }
  return false;
}

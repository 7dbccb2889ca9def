const RESERVED = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return ' +
    'var void while'
  ).split(' '),
);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['__', '__underscores__'],
  ['.', '__dot__'],
  ['-', '__dash__'],
  ['/', '__slash__'],
]);

/**
 * The name of a field in expressions (`k8s.io/apiserver/pkg/cel/escaping.go`); undefined for a key that no name can
 * stand for.
 */
export function escapeName(key: string): string | undefined {
  if (RESERVED.has(key)) return `__${key}__`;
  if (!/^[a-zA-Z_.\-/][a-zA-Z0-9_.\-/]*$/.test(key)) return undefined;
  return key.replaceAll(/__|[-./]/g, (part) => ESCAPES.get(part) ?? part);
}

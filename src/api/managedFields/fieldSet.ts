/**
 * A set of field paths in the form of FieldsV1, which is how it is stored: `f:name` a field, `k:{…}` an element of a
 * list of type map, `v:…` of a set; `{}` is a member without children, `.` marks a member that has some. Field sets are
 * shared between objects and never changed.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A member without children. Shared: field sets are never changed. */
export const LEAF: FieldSet = Object.freeze({});

/** Marks a member that has children. */
export const MEMBER = '.';

/** Whether the path that leads to this node is in the set, and not only something below it. */
export function isMember(node: FieldSet): boolean {
  return Object.hasOwn(node, MEMBER) || Object.keys(node).length === 0;
}

/** Whether a value from outside is such a set, all the way down (structured-merge-diff `fieldpath/serialize-pe.go`). */
export function isFieldSet(value: unknown): value is FieldSet {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const set = value as Readonly<Record<string, unknown>>;
  for (const key in set) if ((key !== MEMBER && key[1] !== ':') || !isFieldSet(set[key])) return false;
  return true;
}

/** A node under construction. `finish` gives it its canonical form. */
export type Building = Record<string, FieldSet>;

/** The node of what was built; undefined for a path that is neither in the set nor above anything that is. */
export function finish(children: Building | undefined, member: boolean): FieldSet | undefined {
  if (children === undefined) return member ? LEAF : undefined;
  return member ? { [MEMBER]: LEAF, ...children } : children;
}

export function union(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  let children: Building | undefined;
  for (const key in a) {
    const child = union(a[key], b[key]);
    if (key !== MEMBER && child !== undefined) (children ??= {})[key] = child;
  }
  for (const key in b) {
    const child = b[key];
    if (key !== MEMBER && child !== undefined && !Object.hasOwn(a, key)) (children ??= {})[key] = child;
  }
  return finish(children, isMember(a) || isMember(b));
}

/** The fields that are in `a` and not in `b`. */
export function difference(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined) return a;
  let children: Building | undefined;
  for (const key in a) {
    if (key === MEMBER) continue;
    const child = difference(a[key], b[key]);
    if (child !== undefined) (children ??= {})[key] = child;
  }
  return finish(children, isMember(a) && !isMember(b));
}

export function intersection(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined) return undefined;
  let children: Building | undefined;
  for (const key in a) {
    if (key === MEMBER) continue;
    const child = intersection(a[key], b[key]);
    if (child !== undefined) (children ??= {})[key] = child;
  }
  return finish(children, isMember(a) && isMember(b));
}

export function equalSets(a: FieldSet | undefined, b: FieldSet | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || isMember(a) !== isMember(b)) return false;
  for (const key in a) if (key !== MEMBER && !equalSets(a[key], b[key])) return false;
  for (const key in b) if (key !== MEMBER && !Object.hasOwn(a, key)) return false;
  return true;
}

/** The members' paths as conflicts name them, sorted: `.spec.containers[name="app"].image`. */
export function pathsOf(set: FieldSet | undefined, prefix = ''): string[] {
  if (set === undefined) return [];
  const paths = isMember(set) && prefix !== '' ? [prefix] : [];
  for (const key of Object.keys(set).sort()) {
    const child = set[key];
    if (key !== MEMBER && child !== undefined) paths.push(...pathsOf(child, prefix + elementText(key)));
  }
  return paths;
}

/** An element of a path as messages show it: `.name`, `[name="app"]`, `[="v"]`. */
export function elementText(element: string): string {
  const value = element.slice(2);
  switch (element[0]) {
    case 'k':
      return `[${keysText(value)}]`;
    case 'v':
      return `[=${value}]`;
    case 'i':
      return `[${value}]`;
    default:
      return `.${value}`;
  }
}

function keysText(value: string): string {
  try {
    const keys = Object.entries(JSON.parse(value) as Record<string, unknown>);
    return keys.map(([name, key]) => `${name}=${JSON.stringify(key)}`).join(',');
  } catch {
    // Clients hand in whole sets.
    return value;
  }
}

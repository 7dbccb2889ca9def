import type { SchemaNode } from '../schema/schemaNode.ts';

/** How far from the root is looked: `spec.template.spec.securityContext` is four steps. */
const DEPTH = 4;
const MOST = 2;

/**
 * Where a field of this name would be allowed, near to where it stands: places that share most of its path first. Only
 * through objects: which item of a list would be meant is not known.
 */
export function placesOf(
  name: string,
  root: SchemaNode,
  path: readonly (string | number)[],
  shape: 'map' | 'list' | 'scalar' | undefined,
): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  let layer: readonly { readonly node: SchemaNode; readonly at: readonly string[] }[] = [
    { node: root, at: [] },
  ];
  for (let depth = 0; depth <= DEPTH && layer.length > 0; depth++) {
    const next: { node: SchemaNode; at: readonly string[] }[] = [];
    for (const { node, at } of layer) {
      for (const [key, field] of node.fields) {
        if (key === name && takes(field, shape)) found.push(at);
        if (field.type === 'object' && key !== 'status' && key !== 'managedFields' && at.length < DEPTH)
          next.push({ node: field, at: [...at, key] });
      }
    }
    layer = next;
  }
  return found
    .filter((place) => place.join('.') !== path.join('.'))
    .sort((a, b) => away(a, path) - away(b, path))
    .slice(0, MOST);
}

/** Steps up from one place and down to the other. */
function away(place: readonly string[], path: readonly (string | number)[]): number {
  let shared = 0;
  while (shared < place.length && place[shared] === path[shared]) shared++;
  return place.length + path.length - 2 * shared;
}

function takes({ type }: SchemaNode, shape: 'map' | 'list' | 'scalar' | undefined): boolean {
  if (shape === undefined || type === 'any') return true;
  if (type === 'object' || type === 'map') return shape === 'map';
  return type === 'list' ? shape === 'list' : shape === 'scalar';
}

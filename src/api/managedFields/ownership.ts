import { MEMBER, type FieldSet } from './fieldSet.ts';

/** The fields that nobody owns, because only the server sets them (fieldmanager `stripmeta.go`). */
const UNOWNED_METADATA: ReadonlySet<string> = new Set(
  [
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => `f:${name}`),
);

/** Fields that say what the object is, and the status where the request cannot change it. */
export function isUnowned(element: string, subresource: string): boolean {
  return element === 'f:apiVersion' || element === 'f:kind' || (element === 'f:status' && subresource === '');
}

export function isUnownedMetadata(element: string): boolean {
  return UNOWNED_METADATA.has(element);
}

/** The set without what the server sets itself, and without the status where the request cannot change it. */
export function owned(set: FieldSet | undefined, subresource: string): FieldSet | undefined {
  if (set === undefined) return undefined;
  const kept: Record<string, FieldSet> = {};
  let any = false;
  for (const key in set) {
    if (key === MEMBER || isUnowned(key, subresource)) continue;
    const node = key === 'f:metadata' ? ownedMetadata(set[key]) : set[key];
    if (node === undefined) continue;
    kept[key] = node;
    any = true;
  }
  return any ? kept : undefined;
}

function ownedMetadata(set: FieldSet | undefined): FieldSet | undefined {
  const kept: Record<string, FieldSet> = {};
  let any = false;
  for (const key in set) {
    const node = set[key];
    if (key === MEMBER || node === undefined || isUnownedMetadata(key)) continue;
    kept[key] = node;
    any = true;
  }
  return any ? kept : undefined;
}

import { writeYaml } from '../../api/yaml/index.ts';
import type { KubeObject } from '../../api/meta.ts';

/** The fields that only the server writes: they differ with every write and are no part of the declaration. */
const BOOKKEEPING = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
  'selfLink',
]);

/** What is declared of an object, as YAML: without status and bookkeeping, so that two of them can be compared. */
export function declaredText(object: KubeObject): string {
  const { status: _, metadata, ...rest } = object as KubeObject & { readonly status?: unknown };
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !BOOKKEEPING.has(key)));
  return writeYaml({ ...rest, metadata: kept });
}

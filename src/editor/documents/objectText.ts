import { writeYaml } from '../../api/yaml/index.ts';
import type { KubeObject } from '../../api/meta.ts';

/** What the server keeps for itself: it differs with every write, and says nothing of what is declared. */
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

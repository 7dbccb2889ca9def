import type { Kind } from '../../api/kind.ts';
import type { Draft } from '../../api/meta.ts';
import { fillParts } from '../../api/schema/index.ts';

/** Fills in what a client may leave out: what the schema says, then what the kind's rules say. */
export function setDefaults(kind: Kind, draft: Draft): void {
  fillParts(kind.schema, draft);
  kind.schema.setDefaults(draft);
  kind.setDefaults?.(draft);
}

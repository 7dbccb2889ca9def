import type { Schema } from '../../api/schema/index.ts';

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

const ALL = [JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH];
const WITHOUT_STRATEGIC = ALL.filter((type) => type !== STRATEGIC_MERGE_PATCH);

/** The media types of patches that objects of a schema take. */
export function patchTypesOf({ patchType }: Schema): readonly string[] {
  return patchType === undefined ? WITHOUT_STRATEGIC : ALL;
}

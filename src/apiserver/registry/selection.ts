import { type FieldMatcher, unsupportedField } from '../../api/fieldSelector.ts';
import type { LabelMatcher } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Served } from './served.ts';

/** What a list or watch asks for, as one question about an object. */
export interface Selection {
  /** True where every object is meant. */
  readonly everything: boolean;
  /** Set where only the object of this name can be meant. */
  readonly name: string | undefined;
  matches(object: KubeObject): boolean;
}

/** @throws StatusError BadRequest where a field cannot be selected by */
export function selectionOf(served: Served, labels: LabelMatcher, fields: FieldMatcher): Selection {
  for (const { field } of fields.terms) {
    if (!served.fieldNames.has(field)) throw unsupportedField(field);
  }
  const { kind } = served;
  const metadataOnly = fields.terms.every(({ field }) => field.startsWith('metadata.'));
  return {
    everything: labels.empty && fields.empty,
    name: fields.requires('metadata.name'),
    matches(object) {
      const { metadata } = object;
      if (!labels.matches(metadata.labels)) return false;
      if (fields.empty) return true;
      return fields.matches({
        'metadata.name': metadata.name,
        'metadata.namespace': metadata.namespace,
        ...(metadataOnly ? {} : kind.selectableFields?.(object)),
      });
    },
  };
}

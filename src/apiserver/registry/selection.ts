import type { KubeObject } from '../../api/meta.ts';
import type { FieldQuery, FieldTerm, LabelQuery } from '../../api/selectorQuery.ts';
import { badRequest } from '../../api/status.ts';
import { groupResourceOf } from '../../api/resource.ts';
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
export function selectionOf(served: Served, labels: LabelQuery, fields: FieldQuery): Selection {
  for (const { field } of fields.terms) {
    if (!served.fieldNames.has(field)) {
      throw badRequest(
        served.kind.selectableFields === undefined
          ? `"${field}" is not a known field selector: only ${[...served.fieldNames].map((name) => `"${name}"`).join(', ')}`
          : `field label not supported for ${groupResourceOf(served.resource)}: ${field}`,
      );
    }
  }
  if (labels.empty && fields.empty) return { everything: true, name: undefined, matches: () => true };
  const byMeta = fields.terms.filter(isMeta);
  const byKind = fields.terms.filter((term) => !isMeta(term));
  const { selectableFields } = served.kind;
  return {
    everything: false,
    name: byMeta.find((term) => term.field === 'metadata.name' && term.operator === '=')?.value,
    matches(object) {
      if (!labels.matches(object.metadata.labels)) return false;
      for (const term of byMeta) {
        const actual =
          term.field === 'metadata.name' ? object.metadata.name : (object.metadata.namespace ?? '');
        if (!holds(term, actual)) return false;
      }
      if (byKind.length === 0 || selectableFields === undefined) return true;
      const values = selectableFields(object);
      return byKind.every((term) => holds(term, values[term.field] ?? ''));
    },
  };
}

const isMeta = (term: FieldTerm): boolean =>
  term.field === 'metadata.name' || term.field === 'metadata.namespace';

const holds = (term: FieldTerm, actual: string): boolean =>
  (actual === term.value) === (term.operator === '=');

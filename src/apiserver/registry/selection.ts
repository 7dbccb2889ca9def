import { type FieldMatcher, unsupportedField } from '../../api/fieldSelector.ts';
import type { LabelMatcher } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Served } from '../resources/served.ts';

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
  return {
    everything: labels.empty && fields.empty,
    name: fields.requires('metadata.name'),
    matches: (object) =>
      labels.matches(object.metadata.labels) && (fields.empty || fields.matches(fieldsOf(served, object))),
  };
}

type Fields = Readonly<Record<string, string>>;

/** Asked once per object, however many watchers select by a field: there is one for each node's pods. */
const known = new WeakMap<KubeObject, Fields>();

function fieldsOf({ kind }: Served, object: KubeObject): Fields {
  let fields = known.get(object);
  if (fields === undefined) {
    const { name, namespace = '' } = object.metadata;
    fields = {
      'metadata.name': name,
      'metadata.namespace': namespace,
      ...kind.selectableFields?.(object),
    };
    known.set(object, fields);
  }
  return fields;
}

import { type FieldMatcher, unsupportedField } from '../../api/fieldSelector.ts';
import type { Kind } from '../../api/kind.ts';
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
  const { kind } = served;
  const known = fields.empty ? undefined : knownFields(kind);
  return {
    everything: labels.empty && fields.empty,
    name: fields.requires('metadata.name'),
    matches: (object) =>
      labels.matches(object.metadata.labels) &&
      (known === undefined || fields.matches(fieldsOf(kind, object, known))),
  };
}

type Fields = Readonly<Record<string, string>>;
type KnownFields = WeakMap<KubeObject, Fields>;

/**
 * Asked once per object, however many watchers select by a field: there is one for each node's pods. By kind, since a
 * custom kind may be redefined with other fields while its objects stay.
 */
const knownByKind = new WeakMap<Kind, KnownFields>();

function knownFields(kind: Kind): KnownFields {
  let known = knownByKind.get(kind);
  if (known === undefined) knownByKind.set(kind, (known = new WeakMap<KubeObject, Fields>()));
  return known;
}

function fieldsOf(kind: Kind, object: KubeObject, known: KnownFields): Fields {
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

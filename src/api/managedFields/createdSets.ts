import type { Draft } from '../meta.ts';
import { all, partOf } from './compare.ts';
import { LEAF, type FieldSet } from './fieldSet.ts';
import { fieldsForm, type Form, formOf } from './form.ts';
import { owned, isUnowned, isUnownedMetadata } from './ownership.ts';
import type { Schema } from '../schema/schema.ts';
import type { StructShape } from '../schema/shape.ts';

/** How many forms of objects are remembered for each type; clients make most objects in very few. */
const FORMS = 8;

/** Sets of more nodes than this are not remembered. */
const MAX_NODES = 500;

interface Known {
  readonly form: Form;
  readonly set: FieldSet;
}

/** By type and subresource; gone with the type. */
const forms = new WeakMap<StructShape, Map<string, Known[]>>();
const texts = new WeakMap<FieldSet, string>();

/**
 * What the creator of an object owns. Objects of one form (the same fields, whatever their values) share one frozen set:
 * a walk that makes nothing finds out whether one of the last forms fits.
 */
export function createdSet({ shape }: Schema, draft: Draft, subresource: string): FieldSet | undefined {
  const known = knownForms(shape, subresource);
  const at = known.findIndex(({ form }) => form(draft));
  if (at > 0) known.unshift(...known.splice(at, 1));
  if (at >= 0) return known[0]?.set;
  const set = owned(all(shape, draft, true), subresource);
  if (set !== undefined && freeze(set) <= MAX_NODES) {
    texts.set(set, JSON.stringify(set));
    known.unshift({ form: ownedForm(shape, draft, subresource), set });
    known.length = Math.min(known.length, FORMS);
  }
  return set;
}

function knownForms(shape: StructShape, subresource: string): Known[] {
  let ofType = forms.get(shape);
  if (ofType === undefined) forms.set(shape, (ofType = new Map<string, Known[]>()));
  let known = ofType.get(subresource);
  if (known === undefined) ofType.set(subresource, (known = []));
  return known;
}

/** The JSON of a set that several objects share; undefined for others. */
export function textOfSet(set: FieldSet): string | undefined {
  return texts.get(set);
}

function ownedForm(shape: StructShape, draft: Draft, subresource: string): Form {
  const metadata = shape.fields.get('metadata')?.shape;
  const parts = new Map<string, Form>();
  const skipped = new Set<string>();
  for (const key in draft) {
    const part = partOf(shape, key);
    const value: unknown = Reflect.get(draft, key);
    if (part === undefined || isUnowned(`f:${key}`, subresource)) skipped.add(key);
    else if (value === undefined) continue;
    else if (part === metadata) {
      parts.set(
        key,
        formOf(metadata, value, ({ element }) => isUnownedMetadata(element)),
      );
    } else parts.set(key, formOf(part, value));
  }
  return fieldsForm(parts, skipped);
}

/** Freezes a set and gives the number of its nodes. */
function freeze(set: FieldSet): number {
  if (set === LEAF) return 1;
  let nodes = 1;
  for (const key in set) nodes += freeze(set[key] as FieldSet);
  Object.freeze(set);
  return nodes;
}

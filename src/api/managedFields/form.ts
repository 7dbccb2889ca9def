import type { FieldShape, ListShape, MapShape, Shape, StructShape } from '../schema/shape.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Which fields a value has, whatever is in them: its keys and, of lists, the keys of its items in their order. Values of
 * one form have the same field set; to find out whether a value has a form makes nothing.
 */
export type Form = (value: unknown) => boolean;

const ANY: Form = () => true;
/** The form of a value that does not fit its shape: it is not worth recognizing again. */
const NEVER: Form = () => false;

/** `ignored` says which fields of a struct do not count; those of its parts all do. */
export function formOf(shape: Shape, value: unknown, ignored?: (field: FieldShape) => boolean): Form {
  switch (shape.kind) {
    case 'leaf':
      return ANY;
    case 'struct':
      return isObject(value) ? structForm(shape, value, ignored) : NEVER;
    case 'map':
      return isObject(value) ? mapForm(shape, value) : NEVER;
    case 'list':
      return Array.isArray(value) ? listForm(shape, value) : NEVER;
  }
}

function structForm(shape: StructShape, value: Json, ignored?: (field: FieldShape) => boolean): Form {
  const parts = new Map<string, Form>();
  const skipped = new Set<string>();
  for (const key in value) {
    const field = shape.fields.get(key);
    const part = field?.shape ?? shape.others;
    if (part === undefined || (field !== undefined && ignored?.(field) === true)) skipped.add(key);
    else if (value[key] !== undefined) parts.set(key, formOf(part, value[key]));
  }
  return fieldsForm(parts, skipped);
}

function mapForm(shape: MapShape, value: Json): Form {
  const parts = new Map<string, Form>();
  for (const key in value) parts.set(key, formOf(shape.values, value[key]));
  return fieldsForm(parts, NONE);
}

const NONE: ReadonlySet<string> = new Set();

/** Exactly these fields; what is skipped may be there or not. */
export function fieldsForm(parts: ReadonlyMap<string, Form>, skipped: ReadonlySet<string>): Form {
  return (value) => {
    if (!isObject(value)) return false;
    let found = 0;
    for (const key in value) {
      const form = parts.get(key);
      const part = value[key];
      if (form === undefined) {
        if (part === undefined || skipped.has(key)) continue;
        return false;
      }
      if (part === undefined || !form(part)) return false;
      found += 1;
    }
    return found === parts.size;
  };
}

function listForm({ items, keys }: ListShape, list: readonly unknown[]): Form {
  const forms = list.map((item) => itemForm(items, keys, item));
  return (value) => {
    if (!Array.isArray(value) || value.length !== forms.length) return false;
    for (let at = 0; at < forms.length; at += 1) if (forms[at]?.(value[at]) !== true) return false;
    return true;
  };
}

function itemForm(shape: Shape, keys: readonly string[], item: unknown): Form {
  const form = formOf(shape, item);
  if (keys.length === 0) return typeof item === 'object' ? NEVER : (value) => value === item;
  if (!isObject(item)) return NEVER;
  const wanted = keys.map((key) => [key, item[key]] as const);
  return (value) => {
    if (!isObject(value)) return false;
    for (const [key, part] of wanted) if (value[key] !== part) return false;
    return form(value);
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

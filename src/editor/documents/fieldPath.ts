/**
 * One step of a path in the API's messages: the name of a field or the index of an item, or what an item of a list is
 * chosen by (`[name="web",protocol="TCP"]`, `[="finalizer"]` for the item itself).
 */
export type FieldStep =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'keys'; readonly keys: Readonly<Record<string, unknown>> }
  | { readonly kind: 'value'; readonly value: unknown };

/** `spec.containers[0].name`, `metadata.labels[app]`, `.spec.containers[name="web"].ports`: all that servers write. */
export function stepsOf(field: string): readonly FieldStep[] {
  return [...field.matchAll(/\[((?:[^\]"]|"(?:[^"\\]|\\.)*")*)\]|[^.[\]]+/g)].map(([whole, inner]) =>
    inner === undefined ? { kind: 'name', name: whole } : bracketStep(inner),
  );
}

function bracketStep(inner: string): FieldStep {
  if (inner.startsWith('=')) return { kind: 'value', value: valueOf(inner.slice(1)) };
  const pairs = [...inner.matchAll(/([\w.-]+)=("(?:[^"\\]|\\.)*"|[^,]*)(?:,|$)/g)];
  if (pairs.length === 0 || pairs.map(([whole]) => whole).join('') !== inner)
    return { kind: 'name', name: inner };
  return {
    kind: 'keys',
    keys: Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, valueOf(text)])),
  };
}

/** Values are written there as JSON; what is not JSON is text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A field that a message of the API server names, and what it says of it. */
export interface NamedField {
  readonly field: string;
  readonly message: string;
}

/** `.spec.containers[name="web"].ports`, as structured-merge-diff writes paths (`fieldpath/path.go`). */
const PATH = String.raw`(?:\.[\w$/-]+|\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+`;
/** `.spec.x: field not declared in schema`, alone at the end of the message or on a line of its own. */
const TYPED = new RegExp(`(?:^|: |\\s)(${PATH}): ([^\\n]+)`, 'g');
/** `strict decoding error: unknown field "spec.x", duplicate field "spec.y"` (apimachinery `runtime/error.go`). */
const STRICT = /((?:unknown|duplicate) field) "((?:[^"\\]|\\.)*)"/g;
/** `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`. */
const UNMARSHAL = /json: (cannot unmarshal .+? into) Go struct field [^.\s]+\.(\S+) of type (\S+)/g;

/**
 * The fields that a server's refusal of a text names where its Status has no causes: what server-side apply says of
 * fields and types that the schema does not know, and what strict decoding says. None where it names none.
 */
export function fieldsOfMessage(message: string): readonly NamedField[] {
  const strict = [...message.matchAll(STRICT)].map(([, what = '', field = '']) => ({
    field,
    message: `${what} "${field}"`,
  }));
  if (strict.length > 0) return strict;
  const unmarshal = [...message.matchAll(UNMARSHAL)].map(([, what = '', field = '', type = '']) => ({
    field,
    message: `${field}: ${what} ${type}`,
  }));
  if (unmarshal.length > 0) return unmarshal;
  if (!message.includes('failed to create typed')) return [];
  return [...message.matchAll(TYPED)].map(([, field = '', what = '']) => ({
    field,
    message: `${field}: ${what.trim()}`,
  }));
}

/** What kind of value stands at a place. `map`: keys that the user chooses; `any`: whatever is written. */
export type ValueType =
  | 'object'
  | 'map'
  | 'list'
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'intOrString'
  | 'quantity'
  | 'any';

/**
 * What may stand at one place of an object. Two sources fulfil it: the models of this build, and what an API server
 * publishes. Nodes are made as they are asked for, and the same one is given again.
 */
export interface SchemaNode {
  readonly type: ValueType;
  /** The name of the type, as the API's reference has it: `Container`. '' where it has none. */
  readonly typeName: string;
  /** Plain text or Markdown; '' where there is none. */
  readonly description: string;
  /** Values that are allowed, where they are listed. */
  readonly values: readonly string[];
  /** For objects: the required fields. */
  readonly required: readonly string[];
  /** For objects: the fields by name, in the order of the source. */
  readonly fields: ReadonlyMap<string, SchemaNode>;
  /** For lists and maps: the schema of each item. */
  readonly items?: SchemaNode;
  /** For objects: whether fields beyond `fields` are allowed. */
  readonly open: boolean;
}

/** Gives the schema of a kind, undefined where the source does not know it. */
export type SchemaSource = (apiVersion: string, kind: string) => SchemaNode | undefined;

/** The schema of what is below a path of fields and items; undefined where the path leads nowhere. */
export function schemaAt(root: SchemaNode, path: readonly (string | number)[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const step of path) node = node === undefined ? undefined : schemaOf(node, step);
  return node;
}

/** One step further: a field of an object, a key of a map, an item of a list. */
export function schemaOf(node: SchemaNode, step: string | number): SchemaNode | undefined {
  if (node.type === 'object') return node.fields.get(String(step));
  return node.type === 'map' || (node.type === 'list' && typeof step === 'number') ? node.items : undefined;
}

import { isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair, type YAMLMap } from 'yaml';
import { canonicalQuantity } from '../../api/quantity.ts';
import { spanOf } from '../documents/fieldSpan.ts';
import type { SchemaNode, ValueType } from '../schema/schemaNode.ts';
import type { Finding, Remedy } from '../documents/finding.ts';
import { nearest } from './nearest.ts';
import { placesOf } from './placesOf.ts';

export interface SchemaCheckOptions {
  readonly lines: LineCounter;
  /** Fields that must be there and are not are found too: where no server looks, which knows defaults. */
  readonly required: boolean;
  /** It is a strategic merge patch: keys such as `$patch` say what to do. */
  readonly patch?: boolean;
}

/**
 * The parts of an object's text that its schema does not allow: every unknown field, every value of a wrong type, each
 * at its own place. What comes through aliases is looked at where it is written.
 */
export function checkSchema(root: Node, schema: SchemaNode, options: SchemaCheckOptions): readonly Finding[] {
  const findings: Finding[] = [];
  new SchemaCheck(schema, options, findings).node(root, schema, []);
  return findings;
}

class SchemaCheck {
  readonly #root: SchemaNode;
  readonly #options: SchemaCheckOptions;
  readonly #findings: Finding[];

  constructor(root: SchemaNode, options: SchemaCheckOptions, findings: Finding[]) {
    this.#root = root;
    this.#options = options;
    this.#findings = findings;
  }

  node(node: unknown, schema: SchemaNode, path: readonly (string | number)[]): void {
    // Nothing written is null, which every field takes for "not set".
    if (schema.type === 'any' || isAlias(node) || !isWritten(node)) return;
    switch (schema.type) {
      case 'object':
      case 'map':
        if (isMap(node)) this.#map(node, schema, path);
        else this.#mismatch(node, schema, path);
        return;
      case 'list':
        if (!isSeq(node)) {
          this.#mismatch(node, schema, path);
          return;
        }
        for (const [index, item] of node.items.entries()) {
          if (schema.items !== undefined) this.node(item, schema.items, [...path, index]);
        }
        return;
      default:
        this.#scalar(node, schema, path);
    }
  }

  #map(map: YAMLMap, schema: SchemaNode, path: readonly (string | number)[]): void {
    let merges = false;
    const there = new Set<string>();
    for (const pair of map.items) {
      if (!isScalar(pair.key)) continue;
      const name = String(pair.key.value);
      if (name === '<<') {
        merges = true;
        continue;
      }
      there.add(name);
      const field = schema.type === 'object' ? schema.fields.get(name) : schema.items;
      if (field !== undefined) this.node(pair.value, field, [...path, name]);
      else if (!schema.open && !(this.#options.patch === true && name.startsWith('$')))
        this.#unknown(pair, pair.key, name, schema, path);
    }
    if (!this.#options.required || merges) return;
    for (const name of schema.required) {
      if (!there.has(name)) this.#missing(map, name, path);
    }
  }

  #unknown(
    pair: Pair,
    key: Node,
    name: string,
    schema: SchemaNode,
    path: readonly (string | number)[],
  ): void {
    // One letter is a slip; what has a namesake elsewhere in the object was most likely put at a wrong depth.
    const slips = nearest(name, schema.fields.keys(), 1);
    const places = slips.length > 0 ? [] : placesOf(name, this.#root, path, shapeOf(pair.value));
    const meant = places.length > 0 ? slips : nearest(name, schema.fields.keys());
    const remedies: Remedy[] = [
      ...meant.map((to): Remedy => ({ kind: 'rename', to })),
      ...places.map((to): Remedy => ({ kind: 'move', to })),
    ];
    const [best] = meant;
    const [place] = places;
    const hint =
      best !== undefined
        ? ` Did you mean "${best}"?`
        : place !== undefined
          ? ` It belongs to ${pathText(place)}.`
          : '';
    const where = schema.typeName === '' ? pathText(path) : schema.typeName;
    this.#add(key, `Unknown field "${name}" in ${where}.${hint}`, remedies);
  }

  #missing(map: YAMLMap, name: string, path: readonly (string | number)[]): void {
    const [first] = map.items;
    const at = first !== undefined && isScalar(first.key) ? first.key : map;
    this.#add(at, `${pathText([...path, name])} must be given.`, [], 'warning');
  }

  #scalar(node: Node, schema: SchemaNode, path: readonly (string | number)[]): void {
    if (!isScalar(node)) {
      this.#mismatch(node, schema, path);
      return;
    }
    const { value } = node;
    if (!fits(value, schema.type)) {
      this.#mismatch(node, schema, path);
      return;
    }
    if (schema.type === 'quantity') this.#quantity(node, path);
    else if (schema.values.length > 0 && typeof value === 'string' && !schema.values.includes(value)) {
      const meant = nearest(value, schema.values);
      const remedies = (meant.length > 0 ? meant : schema.values).map((allowed): Remedy => ({
        kind: 'replace',
        with: allowed,
      }));
      this.#add(node, `${pathText(path)} is one of ${schema.values.join(', ')}.`, remedies);
    }
  }

  #quantity(node: Node, path: readonly (string | number)[]): void {
    if (!isScalar(node)) return;
    try {
      canonicalQuantity(String(node.value));
    } catch {
      this.#add(node, `${pathText(path)} is a quantity, such as 500m, 2 or 1.5Gi.`);
    }
  }

  #mismatch(node: Node, schema: SchemaNode, path: readonly (string | number)[]): void {
    this.#add(
      node,
      `${pathText(path)} is ${article(schema.type)}, not ${what(node)}.`,
      remediesOf(node, schema.type),
    );
  }

  #add(
    node: Node,
    message: string,
    remedies: readonly Remedy[] = [],
    severity: Finding['severity'] = 'error',
  ): void {
    this.#findings.push({
      message,
      severity,
      span: spanOf(node, this.#options.lines),
      ...(remedies.length === 0 ? {} : { remedies }),
    });
  }
}

function isWritten(node: unknown): node is Node {
  return (
    node !== null &&
    node !== undefined &&
    !(isScalar(node) && (node.value === null || node.value === undefined))
  );
}

function shapeOf(node: unknown): 'map' | 'list' | 'scalar' | undefined {
  if (isMap(node)) return 'map';
  if (isSeq(node)) return 'list';
  return isScalar(node) ? 'scalar' : undefined;
}

function fits(value: unknown, type: ValueType): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'intOrString':
      return typeof value === 'string' || Number.isInteger(value);
    case 'quantity':
      return typeof value === 'string' || typeof value === 'number';
    default:
      return true;
  }
}

/** A number that is to be text needs quotes; text that is a number must have none. */
function remediesOf(node: Node, type: ValueType): readonly Remedy[] {
  if (!isScalar(node)) return [];
  const { source = '', value } = node;
  if (type === 'string' && typeof value !== 'string')
    return [{ kind: 'replace', with: JSON.stringify(source) }];
  const plain = String(value).trim();
  const asNumber =
    (type === 'integer' && /^-?\d+$/.test(plain)) || (type === 'boolean' && /^(true|false)$/.test(plain));
  return asNumber ? [{ kind: 'replace', with: plain }] : [];
}

const ARTICLES: Readonly<Record<ValueType, string>> = {
  object: 'an object',
  map: 'a map',
  list: 'a list',
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  intOrString: 'an integer or a string',
  quantity: 'a quantity',
  any: 'anything',
};

function article(type: ValueType): string {
  return ARTICLES[type];
}

function what(node: Node): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  const value: unknown = isScalar(node) ? node.value : undefined;
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value)}`;
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return String(value);
    default:
      return 'this';
  }
}

/** `spec.containers[0].name` */
export function pathText(path: readonly (string | number)[]): string {
  if (path.length === 0) return 'the object';
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}

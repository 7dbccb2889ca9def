import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  visit,
  type Alias,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';
import { setOwnProperty } from '../../base/ownProperty.ts';
import { type AliasBudget, newAliasBudget } from './aliasBudget.ts';

/** A key that a mapping has more than once; the last one counts. */
export interface DuplicateKey {
  /** `spec.containers[0].name` */
  readonly path: string;
  readonly key: string | number | boolean;
  /** Where the value of the repeated key begins. */
  readonly offset: number;
  /** Whether one of the two came through a merge key: overriding these is what merging is for. */
  readonly merged: boolean;
}

export interface YamlValue {
  /** JSON. */
  readonly value: unknown;
  readonly duplicates: readonly DuplicateKey[];
}

/** YAML that is well formed and says nothing that JSON can. */
export class YamlValueError extends Error {
  override readonly name = 'YamlValueError';
  /** Where in the text. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * What a document says as JSON, the way sigs.k8s.io/yaml converts it: keys become text, merge keys count where they
 * stand, and a later key replaces an earlier one.
 * @throws YamlValueError
 */
export function yamlValue(document: Document): YamlValue {
  const duplicates: DuplicateKey[] = [];
  const reader: Reader = {
    duplicates,
    targets: document.contents === null ? new Map() : targetsOf(document),
    open: new Set(),
    budget: newAliasBudget(),
  };
  return { value: valueOf(document.contents, '', reader), duplicates };
}

interface Reader {
  readonly duplicates: DuplicateKey[];
  readonly targets: ReadonlyMap<Alias, Node>;
  /** Aliases that are being read: one that contains itself has no value. */
  readonly open: Set<Alias>;
  readonly budget: AliasBudget;
}

/** What each alias stands for: the last anchor of its name before it. */
function targetsOf(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias(_, alias) {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function valueOf(node: unknown, path: string, reader: Reader): unknown {
  if (isAlias(node)) return throughAlias(node, reader, (target) => valueOf(target, path, reader));
  if (!reader.budget.mayRead(reader.open.size > 0)) {
    throw new YamlValueError('document contains excessive aliasing', offsetOf(node));
  }
  if (isScalar(node)) {
    if (typeof node.value === 'number' && !Number.isFinite(node.value)) {
      throw new YamlValueError(`json: unsupported value: ${goNumber(node.value)}`, offsetOf(node));
    }
    if (typeof node.value === 'string') countRepeated(node.value, node, reader);
    return node.value ?? null;
  }
  if (isSeq(node)) return node.items.map((item, index) => valueOf(item, `${path}[${index}]`, reader));
  if (!isMap(node)) return null;
  const object: Record<string, unknown> = {};
  readMap(node, path, reader, { object, merged: new Set() });
  return object;
}

/** A text that aliases repeat is one in memory, and many once it is written. */
function countRepeated(text: string, node: unknown, reader: Reader): void {
  if (reader.open.size === 0 || reader.budget.mayRepeat(text)) return;
  throw new YamlValueError('document contains excessive aliasing', offsetOf(node));
}

function throughAlias<T>(alias: Alias, reader: Reader, read: (target: Node) => T): T {
  const target = reader.targets.get(alias);
  if (target === undefined) {
    throw new YamlValueError(`unknown anchor '${alias.source}' referenced`, offsetOf(alias));
  }
  if (reader.open.has(alias)) {
    throw new YamlValueError(`anchor '${alias.source}' value contains itself`, offsetOf(alias));
  }
  reader.open.add(alias);
  const value = read(target);
  reader.open.delete(alias);
  return value;
}

interface Target {
  readonly object: Record<string, unknown>;
  /** Its keys that came through a merge key. */
  readonly merged: Set<string>;
}

function readMap(map: YAMLMap, path: string, reader: Reader, target: Target, merging = false): void {
  const { object, merged } = target;
  for (const pair of map.items) {
    if (!isPair(pair)) continue;
    if (isMergeKey(pair.key)) {
      merge(pair.value, path, reader, target);
      continue;
    }
    const key = keyOf(pair.key, reader);
    const name = typeof key === 'number' ? goNumber(key) : String(key);
    countRepeated(name, pair.key, reader);
    const inner = path === '' ? name : `${path}.${name}`;
    const value = valueOf(pair.value, inner, reader);
    if (Object.hasOwn(object, name)) {
      const offset = offsetOf(pair.value);
      reader.duplicates.push({ path: inner, key, offset, merged: merging || merged.has(name) });
    }
    if (merging) merged.add(name);
    setOwnProperty(object, name, value);
  }
}

function isMergeKey(key: unknown): boolean {
  if (!isScalar(key) || key.value !== '<<') return false;
  return key.tag === undefined ? key.type === 'PLAIN' : key.tag === 'tag:yaml.org,2002:merge';
}

/** Reads the keys of a mapping, of an alias to one or of a list of these into an object. The first of a list wins. */
function merge(source: unknown, path: string, reader: Reader, target: Target): void {
  const sources = isSeq(source) ? source.items.toReversed() : [source];
  for (const each of sources) {
    const read = (map: unknown): void => {
      if (!isMap(map)) {
        throw new YamlValueError('map merge requires map or sequence of maps as the value', offsetOf(each));
      }
      readMap(map, path, reader, target, true);
    };
    if (isAlias(each)) throughAlias(each, reader, read);
    else read(each);
  }
}

function keyOf(node: unknown, reader: Reader): string | number | boolean {
  if (isAlias(node)) return throughAlias(node, reader, (target) => keyOf(target, reader));
  const value = isScalar(node) ? node.value : node;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new YamlValueError(
    value === null ? 'unsupported map key of type: %!s(<nil>)' : 'invalid map key',
    offsetOf(node),
  );
}

function goNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function offsetOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}

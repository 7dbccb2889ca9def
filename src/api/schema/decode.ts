import {
  LineCounter,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type ParsedNode,
  type ScalarTag,
  type Tags,
} from 'yaml';
import { decodeProtobuf, PROTOBUF_CONTENT_TYPE } from '../protobuf/decode.ts';
import { badRequest } from '../status.ts';
import { isTooDeep, TOO_DEEP } from './depth.ts';

export interface Decoded {
  readonly object: unknown;
  /** Paths of keys that are there more than once, `spec.replicas`; the last one counts. */
  readonly duplicates: string[];
  /** Of YAML with duplicate keys: what Go's strict decoder says, with the lines. */
  readonly yamlError?: string;
}

const text = new TextDecoder();

function isYaml(contentType: string): boolean {
  return contentType.includes('yaml');
}

/** Decodes a body without looking for duplicate keys. Throws BadRequest. */
export function decode(bytes: Uint8Array, contentType: string): unknown {
  if (contentType === PROTOBUF_CONTENT_TYPE) return readProtobuf(bytes);
  const source = text.decode(bytes);
  return isYaml(contentType) ? decodeYaml(source, false).object : parseJson(source);
}

/** Decodes a body and finds duplicate keys, at the price of one more scan for strings. Throws BadRequest. */
export function decodeStrict(bytes: Uint8Array, contentType: string): Decoded {
  // Protobuf knows fields by number: there is nothing to be strict about.
  if (contentType === PROTOBUF_CONTENT_TYPE) return { object: readProtobuf(bytes), duplicates: [] };
  const source = text.decode(bytes);
  if (isYaml(contentType)) return decodeYaml(source, true);
  const object = parseJson(source);
  return { object, duplicates: duplicatesOf(source, object) };
}

function duplicatesOf(source: string, object: unknown): string[] {
  return countKeysOfText(source) === countKeys(object) ? [] : findDuplicates(source);
}

/** Some of its fields hold JSON. */
function readProtobuf(bytes: Uint8Array): unknown {
  const object = decodeProtobuf(bytes);
  if (isTooDeep(bytes.length, object)) throw badRequest(`error decoding protobuf: ${TOO_DEEP}`);
  return object;
}

function parseJson(source: string): unknown {
  let object: unknown;
  try {
    object = JSON.parse(source);
  } catch (error) {
    throw badRequest(`error decoding JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (isTooDeep(source.length, object)) throw badRequest(`error decoding JSON: ${TOO_DEEP}`);
  return object;
}

/** Keys in a valid JSON text: strings that a colon follows. */
function countKeysOfText(source: string): number {
  let count = 0;
  for (let start = source.indexOf('"'); start >= 0;) {
    const end = endOfString(source, start);
    let next = end + 1;
    while (source.charCodeAt(next) <= 32) next++;
    if (source.charCodeAt(next) === 58) count++;
    start = source.indexOf('"', next);
  }
  return count;
}

/** Where the string ends that starts at `start`: its closing quote. */
function endOfString(source: string, start: number): number {
  for (let end = source.indexOf('"', start + 1); ; end = source.indexOf('"', end + 1)) {
    let slashes = 0;
    while (source.charCodeAt(end - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return end;
  }
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item);
    return count;
  }
  for (const key in value) count += 1 + countKeys((value as Record<string, unknown>)[key]);
  return count;
}

/** The slow way, taken only where the counts say that there is something to find. */
function findDuplicates(source: string): string[] {
  const found: string[] = [];
  const skip = (at: number): number => {
    while (source.charCodeAt(at) <= 32) at++;
    return at;
  };
  const value = (at: number, path: string): number => {
    at = skip(at);
    const open = source[at];
    if (open === '"') return endOfString(source, at) + 1;
    if (open === '{') {
      const keys = new Set<string>();
      at = skip(at + 1);
      while (source[at] !== '}') {
        const end = endOfString(source, at) + 1;
        const key = JSON.parse(source.slice(at, end)) as string;
        const inner = path === '' ? key : `${path}.${key}`;
        if (keys.has(key) && !found.includes(inner)) found.push(inner);
        keys.add(key);
        at = skip(value(skip(end) + 1, inner));
        if (source[at] === ',') at = skip(at + 1);
      }
      return at + 1;
    }
    if (open === '[') {
      at = skip(at + 1);
      for (let index = 0; source[at] !== ']'; index++) {
        at = skip(value(at, `${path}[${index}]`));
        if (source[at] === ',') at = skip(at + 1);
      }
      return at + 1;
    }
    while (at < source.length && !',]} \n\r\t'.includes(source.charAt(at))) at++;
    return at;
  };
  value(0, '');
  return found;
}

/** YAML 1.1 as Go's yaml.v2 reads it: octal modes, yes/no and on/off; no dates, no base 60, and `y` is a string. */
function goTags(tags: Tags): Tags {
  return tags.flatMap((tag): Tags => {
    if (typeof tag === 'string') return [tag];
    if (/:(timestamp|binary|omap|pairs|set)$/.test(tag.tag) || ('format' in tag && tag.format === 'TIME'))
      return [];
    if (tag.tag !== 'tag:yaml.org,2002:bool' || !('test' in tag)) return [tag];
    const truthy = tag.test.test('true');
    return [
      {
        ...(tag as ScalarTag),
        test: truthy
          ? /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/
          : /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/,
      },
    ];
  });
}

function decodeYaml(source: string, strict: boolean): Decoded {
  try {
    const decoded = readYaml(source, strict);
    if (!isTooDeep(source.length, decoded.object)) return decoded;
  } catch (error) {
    // Reading goes by recursion too.
    if (!(error instanceof RangeError)) throw error;
  }
  throw badRequest(`error converting YAML to JSON: yaml: ${TOO_DEEP}`);
}

function readYaml(source: string, strict: boolean): Decoded {
  // Clients send JSON as apply patches, and JSON is YAML.
  if (/^\s*\{/.test(source)) {
    try {
      const object = JSON.parse(source) as unknown;
      if (!strict || countKeysOfText(source) === countKeys(object)) return { object, duplicates: [] };
    } catch {
      // A flow mapping.
    }
  }
  const lines = new LineCounter();
  const document = parseDocument(source, {
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    strict: true,
    customTags: goTags,
    lineCounter: lines,
  });
  const error = document.errors[0];
  if (error !== undefined) {
    // So the library says that it went too deep.
    if (error.message.startsWith(STACK_EXCEEDED)) throw new RangeError(STACK_EXCEEDED);
    throw badRequest(`error converting YAML to JSON: yaml: ${error.message.split('\n')[0] ?? error.code}`);
  }
  const object = document.toJS() as unknown;
  const duplicates: Duplicate[] = [];
  if (strict) yamlDuplicates(document.contents, '', duplicates);
  if (duplicates.length === 0) return { object, duplicates: [] };
  const messages = duplicates.map(
    ({ key, offset }) =>
      `  line ${lines.linePos(offset).line}: key ${JSON.stringify(key)} already set in map`,
  );
  return {
    object,
    duplicates: [...new Set(duplicates.map(({ path }) => path))],
    yamlError: ['yaml: unmarshal errors:', ...messages].join('\n'),
  };
}

const STACK_EXCEEDED = 'Maximum call stack size exceeded';

interface Duplicate {
  readonly path: string;
  readonly key: string;
  readonly offset: number;
}

function yamlDuplicates(node: ParsedNode | null, path: string, found: Duplicate[]): void {
  if (isSeq(node)) {
    node.items.forEach((item, index) => yamlDuplicates(item, `${path}[${index}]`, found));
    return;
  }
  if (!isMap(node)) return;
  const keys = new Set<string>();
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key)) continue;
    const key = String(pair.key.value);
    const inner = path === '' ? key : `${path}.${key}`;
    if (keys.has(key)) found.push({ path: inner, key, offset: pair.key.range[0] });
    keys.add(key);
    yamlDuplicates(pair.value, inner, found);
  }
}

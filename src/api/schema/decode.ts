import { decodeProtobuf, type ExpectedType, PROTOBUF_CONTENT_TYPE } from '../protobuf/decode.ts';
import { badRequest } from '../status.ts';
import { readYaml, YamlLimitError } from '../yaml/index.ts';
import { isTooDeep, MAX_DEPTH, TOO_DEEP } from './depth.ts';

export interface Decoded {
  readonly object: unknown;
  /** Paths of keys that are there more than once, `spec.replicas`; the last one counts. */
  readonly duplicates: string[];
  /** For YAML with duplicate keys: the message of Go's strict decoder, with the lines. */
  readonly yamlError?: string;
}

const text = new TextDecoder();

/** The largest body of YAML as people write it is within them; what they bound is memory, to some hundred MB. */
const YAML_LIMITS = { maxTokens: 500_000, maxDepth: MAX_DEPTH };

function isYaml(contentType: string): boolean {
  return contentType.includes('yaml');
}

/**
 * Decodes a body without looking for duplicate keys. `expected` is what it should hold: JSON and YAML say themselves how
 * they are read, protobuf does not. Throws BadRequest.
 */
export function decode(bytes: Uint8Array, contentType: string, expected?: ExpectedType): unknown {
  if (contentType === PROTOBUF_CONTENT_TYPE) return readProtobuf(bytes, expected);
  const source = text.decode(bytes);
  return isYaml(contentType) ? yamlOf(source, false).object : parseJson(source);
}

/** Decodes a body and finds duplicate keys, at the price of one more scan for strings. Throws BadRequest. */
export function decodeStrict(bytes: Uint8Array, contentType: string, expected?: ExpectedType): Decoded {
  // Protobuf knows fields by number: there is nothing to be strict about.
  if (contentType === PROTOBUF_CONTENT_TYPE) return { object: readProtobuf(bytes, expected), duplicates: [] };
  const source = text.decode(bytes);
  if (isYaml(contentType)) return yamlOf(source, true);
  const object = parseJson(source);
  return { object, duplicates: duplicatesOf(source, object) };
}

function duplicatesOf(source: string, object: unknown): string[] {
  return countKeysOfText(source) === countKeys(object) ? [] : findDuplicates(source);
}

/** Some of its fields hold JSON. */
function readProtobuf(bytes: Uint8Array, expected: ExpectedType | undefined): unknown {
  if (expected === undefined) throw badRequest('error decoding protobuf: nothing says what it should be');
  const object = decodeProtobuf(bytes, expected);
  if (isTooDeep(bytes.length, object)) throw badRequest(`error decoding protobuf: ${TOO_DEEP}`);
  return object;
}

/** Half of a pair may be written as an escape, which is no text in UTF-8. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/** As Go's decoder: a half without its other half is the replacement character. */
const wellFormed = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed() : value;

function parseJson(source: string): unknown {
  let object: unknown;
  try {
    object = SURROGATE_ESCAPE.test(source) ? JSON.parse(source, wellFormed) : JSON.parse(source);
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

/** YAML as `decodeStrict` reads it. Throws BadRequest. */
export function decodeYaml(bytes: Uint8Array): Decoded {
  return yamlOf(text.decode(bytes), true);
}

/**
 * Clients send JSON as apply patches, and JSON is YAML. Undefined for what is no JSON, and for JSON with duplicate keys,
 * of which YAML's reader tells the lines. Throws BadRequest.
 */
export function decodeJsonOfYaml(bytes: Uint8Array): Decoded | undefined {
  return held(bytes.length, () => jsonOf(text.decode(bytes), true));
}

function yamlOf(source: string, strict: boolean): Decoded {
  return held(source.length, () => jsonOf(source, strict) ?? readBody(source, strict));
}

/** Holds what is read to the depth that objects may have. Throws BadRequest. */
function held<T extends Decoded | undefined>(length: number, read: () => T): T {
  try {
    const decoded = read();
    if (!isTooDeep(length, decoded?.object)) return decoded;
  } catch (error) {
    if (error instanceof YamlLimitError) {
      throw badRequest(`error converting YAML to JSON: yaml: ${error.message}`);
    }
    // Reading goes by recursion too.
    if (!(error instanceof RangeError)) throw error;
  }
  throw badRequest(`error converting YAML to JSON: yaml: ${TOO_DEEP}`);
}

function jsonOf(source: string, strict: boolean): Decoded | undefined {
  if (!/^\s*\{/.test(source)) return undefined;
  try {
    const object = JSON.parse(source) as unknown;
    return !strict || countKeysOfText(source) === countKeys(object) ? { object, duplicates: [] } : undefined;
  } catch (error) {
    if (error instanceof RangeError) throw error;
    // A flow mapping.
    return undefined;
  }
}

function readBody(source: string, strict: boolean): Decoded {
  const { documents, lines } = readYaml(source, YAML_LIMITS);
  const [document] = documents;
  const problem = document?.problems[0];
  if (problem !== undefined) {
    const { line } = lines.linePos(problem.offset);
    throw badRequest(`error converting YAML to JSON: yaml: line ${line}: ${problem.message}`);
  }
  const object = document?.value;
  const duplicates = strict ? (document?.duplicates ?? []) : [];
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

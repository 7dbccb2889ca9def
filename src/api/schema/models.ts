import structure from './structure.generated.json' with { type: 'json' };
import {
  atomicMaps,
  atomicModels,
  granularFields,
  listFacts,
  quantityFields,
  structStrategies,
} from './mergeKeys.ts';

export type Scalar =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  | 'byte'
  | 'time'
  | 'microtime'
  | 'intOrString'
  | 'quantity'
  | 'any';

export type Type =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'model'; readonly model: string }
  | { readonly kind: 'array'; readonly items: Type }
  | { readonly kind: 'map'; readonly values: Type };

export interface Property {
  readonly name: string;
  readonly type: Type;
  readonly required: boolean;
  /** Lists: who can own elements. Structs and maps: `atomic` has one owner as a whole. */
  readonly merge: 'granular' | 'atomic' | 'set' | 'map';
  /** The keys of a list of type `map`. */
  readonly listMapKeys: readonly string[];
  readonly patchStrategy: 'merge' | 'replace';
  readonly retainKeys: boolean;
  /** With `patchStrategy: merge` on a list of structs. */
  readonly patchMergeKey: string | undefined;
}

export interface Model {
  /** As in the official client: `V1Deployment`. */
  readonly name: string;
  /** As in Go: `Deployment`. */
  readonly goName: string;
  /** The Go package's last two parts: `apps.v1`. */
  readonly goPackage: string;
  readonly properties: ReadonlyMap<string, Property>;
}

/** `V1Deployment` and `EventsV1Event` without what the client's generator put before the name. */
const GENERATED_PREFIX = /^(?:[A-Z][a-z]+)?V\d+/;

/** Lines by model name. A line: name, Go package, then `property[!]:type`; `!` is required, `[]` list, `{}` map. */
let lines: Map<string, string> | undefined;
const parsed = new Map<string, Model>();

function line(name: string): string | undefined {
  lines ??= new Map(structure.models.map((text) => [text.slice(0, text.indexOf(' ')), text]));
  return lines.get(name);
}

export function hasModel(name: string): boolean {
  return line(name) !== undefined;
}

/** The names of all models that are known. */
export function modelNames(): string[] {
  line('');
  return [...(lines?.keys() ?? [])];
}

/** A model by its name in the official client; parsed at its first use. Throws for a name that there is none of. */
export function modelOf(name: string): Model {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  const text = line(name);
  if (text === undefined) throw new Error(`there is no model ${name} in the schema`);
  const [, goPackage = '', ...properties] = text.split(' ');
  const model: Model = {
    name,
    goName: name.replace(GENERATED_PREFIX, ''),
    goPackage,
    properties: new Map(
      properties.map((property) => {
        const made = parseProperty(name, property);
        return [made.name, made];
      }),
    ),
  };
  parsed.set(name, model);
  return model;
}

function parseProperty(model: string, text: string): Property {
  const colon = text.lastIndexOf(':');
  const required = text[colon - 1] === '!';
  const name = text.slice(0, required ? colon - 1 : colon);
  const quantity = quantityFields[model]?.includes(name) === true;
  const type = parseType(text.slice(colon + 1), quantity);
  const fact = listFacts[model]?.[name];
  const qualified = `${model}.${name}`;
  const base = { name, type, required, listMapKeys: [] as readonly string[], patchMergeKey: undefined };
  if (type.kind === 'array') {
    const mergeKey = fact?.mergeKey;
    const merge = fact?.list ?? (mergeKey === undefined ? 'atomic' : mergeKey === '' ? 'set' : 'map');
    return {
      ...base,
      merge,
      listMapKeys: merge === 'map' ? (fact?.keys ?? [mergeKey ?? 'name']) : [],
      patchStrategy: mergeKey === undefined ? 'replace' : 'merge',
      retainKeys: fact?.retainKeys === true,
      patchMergeKey: mergeKey === '' ? undefined : mergeKey,
    };
  }
  const atomic =
    (type.kind === 'model' && atomicModels.has(type.model) && !granularFields.has(qualified)) ||
    (type.kind === 'map' && atomicMaps.has(qualified));
  const strategy = structStrategies[qualified];
  return {
    ...base,
    merge: atomic ? 'atomic' : 'granular',
    patchStrategy: strategy === 'replace' ? 'replace' : 'merge',
    retainKeys: strategy === 'retainKeys',
  };
}

function parseType(text: string, quantity: boolean): Type {
  if (text.startsWith('[]')) return { kind: 'array', items: parseType(text.slice(2), quantity) };
  if (text.startsWith('{}')) return { kind: 'map', values: parseType(text.slice(2), quantity) };
  if (/^[A-Z]/.test(text)) return { kind: 'model', model: text };
  return { kind: 'scalar', scalar: quantity && text === 'string' ? 'quantity' : (text as Scalar) };
}

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
  | StructType
  | { readonly kind: 'list'; readonly items: Type }
  | { readonly kind: 'map'; readonly values: Type };

/** A struct: its model is read when it is asked for, since models are many and refer to each other. */
export class StructType {
  readonly kind = 'struct';
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  get model(): Model {
    return modelOf(this.name);
  }

  get fields(): ReadonlyMap<string, Property> {
    return this.model.properties;
  }
}

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
  /** True where a value has one owner as a whole (`structType=atomic`). */
  readonly atomic: boolean;
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

/** A model by its name in the official client; parsed at its first use. Throws where no model has the name. */
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
    atomic: atomicModels.has(name),
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
  if (type.kind === 'list') {
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
    (type.kind === 'struct' && atomicModels.has(type.name) && !granularFields.has(qualified)) ||
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
  if (text.startsWith('[]')) return { kind: 'list', items: parseType(text.slice(2), quantity) };
  if (text.startsWith('{}')) return { kind: 'map', values: parseType(text.slice(2), quantity) };
  if (/^[A-Z]/.test(text)) return new StructType(text);
  return { kind: 'scalar', scalar: quantity && text === 'string' ? 'quantity' : (text as Scalar) };
}

import type { Definition } from '../../src/api/schema/definition.ts';
import { V2 } from '../../src/api/schema/definition.ts';
import type { Schema } from '../../src/api/schema/index.ts';

type Json = Readonly<Record<string, unknown>>;

const SCALARS: Readonly<Record<string, unknown>> = { string: 'x', integer: 1, number: 1, boolean: true };
const FORMATS: Readonly<Record<string, unknown>> = {
  'date-time': '2026-01-01T00:00:00Z',
  byte: 'AAAA',
  'int-or-string': 1,
};
/** Types that contain themselves (JSON schemas, selectors of pods in pods) end here. */
const MAX_DEPTH = 14;

/** An object with every field that a schema knows, each of the right type. Valid it is not. */
export function sampleOf(schema: Schema): Json {
  const definitions = new Map<string, Definition>();
  const collect = (definition: Definition): void => {
    if (definitions.has(definition.name)) return;
    definitions.set(definition.name, definition);
    definition.references().forEach(collect);
  };
  collect(schema.definition);
  const silent = (): { description: string; property(): string } => ({ description: '', property: () => '' });
  const valueOf = (json: Json, depth: number): unknown => {
    const ref = json.$ref;
    if (typeof ref === 'string') {
      const name = ref.slice(ref.lastIndexOf('/') + 1);
      const definition = definitions.get(name);
      if (definition !== undefined) return valueOf(definition.render(V2, silent), depth);
      if (name.endsWith('Quantity')) return '1';
      if (name.endsWith('IntOrString')) return 1;
      return name.endsWith('Time') ? '2026-01-01T00:00:00.000000Z' : {};
    }
    const { type, format, items, properties, additionalProperties } = json;
    const deep = depth > MAX_DEPTH;
    if (type === 'array') return deep ? [] : [valueOf((items ?? {}) as Json, depth + 1)];
    if (deep && (properties ?? additionalProperties) !== undefined) return {};
    if (properties !== undefined) {
      const entries = Object.entries(properties as Record<string, Json>);
      return Object.fromEntries(entries.map(([name, property]) => [name, valueOf(property, depth + 1)]));
    }
    if (additionalProperties !== undefined) {
      return { k: valueOf(additionalProperties as Json, depth + 1) };
    }
    return FORMATS[String(format)] ?? SCALARS[String(type)] ?? {};
  };
  return valueOf(schema.definition.render(V2, silent), 0) as Json;
}

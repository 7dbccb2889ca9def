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
/** Types that contain themselves (JSON schemas) end here: each level may have several of the next. */
const MAX_NESTING = 2;

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
  const valueOf = (json: Json, outer: readonly string[]): unknown => {
    const ref = json.$ref;
    if (typeof ref === 'string') {
      const name = ref.slice(ref.lastIndexOf('/') + 1);
      const definition = definitions.get(name);
      if (definition !== undefined) {
        if (outer.filter((one) => one === name).length === MAX_NESTING) return {};
        return valueOf(definition.render(V2, silent), [...outer, name]);
      }
      if (name.endsWith('Quantity')) return '1';
      if (name.endsWith('IntOrString')) return 1;
      return name.endsWith('Time') ? '2026-01-01T00:00:00.000000Z' : {};
    }
    const { type, format, items, properties, additionalProperties } = json;
    if (type === 'array') return [valueOf((items ?? {}) as Json, outer)];
    if (properties !== undefined) {
      const entries = Object.entries(properties as Record<string, Json>);
      return Object.fromEntries(entries.map(([name, property]) => [name, valueOf(property, outer)]));
    }
    if (additionalProperties !== undefined) {
      return { k: valueOf(additionalProperties as Json, outer) };
    }
    return FORMATS[String(format)] ?? SCALARS[String(type)] ?? {};
  };
  return valueOf(schema.definition.render(V2, silent), []) as Json;
}

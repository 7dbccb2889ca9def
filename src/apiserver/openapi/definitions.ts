import { COMMON, type Definition, type Flavour, type Json } from '../../api/schema/definition.ts';
import type { Documentation } from '../../api/schema/builtIn/documentation.ts';
import type { GroupVersionKind } from '../../api/resource.ts';

export interface DefinitionSource {
  readonly flavour: Flavour;
  readonly documentation: Documentation;
  /** The kinds that definitions stand for, by their names. */
  readonly kinds: ReadonlyMap<string, readonly GroupVersionKind[]>;
}

/** Some definitions and all that they refer to, rendered and sorted by name. */
export function definitionsOf(
  { flavour, documentation, kinds }: DefinitionSource,
  roots: Iterable<Definition>,
): Json {
  const pending = [...roots];
  const made = new Map<string, Json>(commonDefinitions(flavour));
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    if (made.has(one.name)) continue;
    const stoodFor = kinds.get(one.name);
    made.set(one.name, {
      ...one.render(flavour, documentation),
      ...(stoodFor === undefined ? {} : { 'x-kubernetes-group-version-kind': stoodFor }),
    });
    pending.push(...one.references());
  }
  return Object.fromEntries([...made].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function commonDefinitions({ version }: Flavour): [string, Json][] {
  const v3 = version === 3;
  return [
    [
      COMMON.quantity,
      {
        description:
          'A fixed-point number such as 100m, 1.5 or 64Mi: digits, at most one point, and a suffix (n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent).',
        ...(v3 ? { oneOf: [{ type: 'string' }, { type: 'number' }] } : { type: 'string' }),
      },
    ],
    [
      COMMON.intOrString,
      {
        description: 'A number, or a string such as a name or a percentage.',
        ...(v3 ? { oneOf: [{ type: 'integer' }, { type: 'string' }] } : { type: 'string' }),
        format: 'int-or-string',
      },
    ],
    [COMMON.time, { description: 'A time as in RFC 3339, in seconds.', type: 'string', format: 'date-time' }],
    [
      COMMON.microtime,
      { description: 'A time as in RFC 3339, in microseconds.', type: 'string', format: 'date-time' },
    ],
    [
      COMMON.patch,
      { description: "A patch in the form that the request's Content-Type names.", type: 'object' },
    ],
    [COMMON.fieldsV1, { description: 'A set of fields in JSON, one key per path element.', type: 'object' }],
    [COMMON.raw, { description: 'Any object.', type: 'object' }],
  ];
}

import assert from 'node:assert/strict';
import { trackUpdate } from '../../managedFields/index.ts';
import type { Draft } from '../../meta.ts';
import { loadDocumentation } from '../builtIn/documentation.ts';
import { type Json, V2, V3 } from '../definition.ts';
import type { Schema } from '../schema.ts';
import type { JsonSchema } from './node.ts';
import { structuralSchema } from './structural.ts';

const text: JsonSchema = { type: 'string' };
const TYPE = { group: 'stable.example.com', version: 'v1', kind: 'CronTab' };
/** A schema whose objects have this `spec`. */
const schemaOf = (spec: JsonSchema): Schema =>
  structuralSchema(TYPE, { type: 'object', properties: { spec } });
const objectOf = (properties: Readonly<Record<string, JsonSchema>>, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...more,
});
const PRESERVED: JsonSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

describe('structuralSchema', () => {
  describe('conform', () => {
    const cases: readonly [string, JsonSchema, unknown, unknown, readonly string[]][] = [
      ['keeps unknown fields where it is told to', PRESERVED, { a: { b: null } }, { a: { b: null } }, []],
      [
        'prunes below fields that it names in what is preserved',
        objectOf({ known: objectOf({ a: text }) }, PRESERVED),
        { known: { a: 'x', b: 1 }, other: { b: 1 } },
        { known: { a: 'x' }, other: { b: 1 } },
        ['spec.known.b'],
      ],
      [
        'prunes the values of maps and the items of lists',
        objectOf({
          map: { type: 'object', additionalProperties: objectOf({ a: text }) },
          list: { type: 'array', items: objectOf({ a: text }) },
        }),
        { map: { k: { a: 'x', b: 1 } }, list: [{ a: 'x' }, { b: 1 }] },
        { map: { k: { a: 'x' } }, list: [{ a: 'x' }, {}] },
        ['spec.map.k.b', 'spec.list[1].b'],
      ],
      [
        'leaves a value of another type to validation, without fields that nothing describes',
        objectOf({ a: text, list: { type: 'array', items: text } }),
        { a: { deep: 1 }, list: 'x' },
        { a: {}, list: 'x' },
        ['spec.a.deep'],
      ],
      [
        'keeps null where it may be and drops it elsewhere, but not from lists',
        objectOf({ yes: { ...text, nullable: true }, no: text, list: { type: 'array', items: text } }),
        { yes: null, no: null, list: [null] },
        { yes: null, list: [null] },
        [],
      ],
      [
        'takes numbers and strings for int-or-string',
        objectOf({ port: { 'x-kubernetes-int-or-string': true } }),
        { port: '80%' },
        { port: '80%' },
        [],
      ],
      [
        'treats an embedded object’s metadata as metadata',
        objectOf({ template: objectOf({ spec: text }, { 'x-kubernetes-embedded-resource': true }) }),
        { template: { apiVersion: 'v1', kind: 'X', metadata: { name: 'n', bogus: 1 }, spec: 's', more: 1 } },
        { template: { apiVersion: 'v1', kind: 'X', metadata: { name: 'n' }, spec: 's' } },
        ['spec.template.metadata.bogus', 'spec.template.more'],
      ],
    ];
    for (const [what, spec, given, kept, unknown] of cases) {
      it(what, () => {
        const schema = schemaOf(spec);
        const object = { metadata: { name: 'x' }, spec: structuredClone(given) };
        assert.deepEqual(schema.conform(object), { unknown });
        assert.deepEqual(object.spec, kept);
        assert.deepEqual(schema.conform(object), { unknown: [] });
      });
    }

    it('reports an embedded object whose kind is no string', () => {
      const schema = schemaOf(objectOf({ in: { ...PRESERVED, 'x-kubernetes-embedded-resource': true } }));
      assert.match(
        schema.conform({ spec: { in: { kind: 1 } } }).typeError ?? '',
        /spec\.in\.kind of type string$/,
      );
      assert.match(schema.conform({ spec: { in: { metadata: [] } } }).typeError ?? '', /v1\.ObjectMeta$/);
    });
  });

  describe('setDefaults', () => {
    const cases: readonly [string, JsonSchema, unknown, unknown][] = [
      ['fills in what is missing', objectOf({ a: { ...text, default: 'x' } }), {}, { a: 'x' }],
      ['leaves what is set, empty or not', objectOf({ a: { ...text, default: 'x' } }), { a: '' }, { a: '' }],
      [
        'does not bring about what is missing as a whole',
        objectOf({ a: objectOf({ b: { ...text, default: 'x' } }) }),
        {},
        {},
      ],
      [
        'goes on within a default',
        objectOf({ a: objectOf({ b: { ...text, default: 'x' } }, { default: {} }) }),
        {},
        { a: { b: 'x' } },
      ],
      [
        'replaces null where it may not be',
        objectOf({ a: { ...text, default: 'x' }, b: { ...text, default: 'x', nullable: true } }),
        { a: null, b: null },
        { a: 'x', b: null },
      ],
      [
        'reaches elements of lists and maps',
        objectOf({
          list: { type: 'array', items: objectOf({ a: { ...text, default: 'x' } }) },
          map: { type: 'object', additionalProperties: { ...text, default: 'x' } },
        }),
        { list: [{}, { a: 'y' }], map: { k: null, l: 'y' } },
        { list: [{ a: 'x' }, { a: 'y' }], map: { k: 'x', l: 'y' } },
      ],
      [
        'keeps a default that is null',
        objectOf({ a: { ...text, nullable: true, default: null } }),
        {},
        { a: null },
      ],
    ];
    for (const [what, spec, given, filled] of cases) {
      it(what, () => {
        const object = { spec: structuredClone(given) };
        schemaOf(spec).setDefaults(object);
        assert.deepEqual(object.spec, filled);
      });
    }

    it('gives every object a default of its own', () => {
      const schema = schemaOf(objectOf({ a: { type: 'object', default: { list: [1] } } }));
      const [first, second] = [{ spec: {} }, { spec: {} }] as { spec: { a?: { list: number[] } } }[];
      schema.setDefaults(first);
      first?.spec.a?.list.push(2);
      schema.setDefaults(second);
      assert.deepEqual(second?.spec.a, { list: [1] });
    });

    it('leaves the fields that every object has alone', () => {
      const schema = structuralSchema(TYPE, objectOf({ kind: { ...text, default: 'Other' } }));
      const object = {};
      schema.setDefaults(object);
      assert.deepEqual(object, {});
    });
  });

  describe('shape', () => {
    const ownedBy = (spec: JsonSchema, value: unknown): unknown => {
      const draft = { metadata: { name: 'x' }, spec: value } as unknown as Draft;
      trackUpdate({
        schema: schemaOf(spec),
        old: undefined,
        draft,
        manager: 'm',
        apiVersion: 'v1',
        subresource: '',
        time: '2026-01-01T00:00:00Z',
      });
      const set = draft.metadata.managedFields?.[0]?.fieldsV1 as Readonly<Record<string, unknown>>;
      return set['f:spec'];
    };

    it('owns what nothing describes in parts', () => {
      assert.deepEqual(ownedBy(PRESERVED, { a: { b: 1, list: [{ c: 1 }] } }), {
        '.': {},
        'f:a': { '.': {}, 'f:b': {}, 'f:list': {} },
      });
      assert.deepEqual(ownedBy(objectOf({ a: text }, PRESERVED), { a: 'x', other: { b: 1 } }), {
        '.': {},
        'f:a': {},
        'f:other': { '.': {}, 'f:b': {} },
      });
    });

    it('owns sets by values and atomic maps as a whole', () => {
      const spec = objectOf({
        set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        atomic: objectOf({ a: text }, { 'x-kubernetes-map-type': 'atomic' }),
        port: { 'x-kubernetes-int-or-string': true },
      });
      assert.deepEqual(ownedBy(spec, { set: ['a'], atomic: { a: 'x' }, port: 1 }), {
        '.': {},
        'f:set': { '.': {}, 'v:"a"': {} },
        'f:atomic': {},
        'f:port': {},
      });
    });
  });

  describe('definition', () => {
    const render = async (spec: JsonSchema, version: 2 | 3): Promise<Json> => {
      const root = schemaOf(spec).definition.render(version === 2 ? V2 : V3, await loadDocumentation());
      return (root.properties as Readonly<Record<string, Json>>).spec ?? {};
    };

    it('is named after group, version and kind, and changes with the schema', () => {
      const { definition, listDefinition } = schemaOf(text);
      assert.equal(definition.name, 'com.example.stable.v1.CronTab');
      assert.equal(listDefinition?.name, 'com.example.stable.v1.CronTabList');
      assert.notEqual(definition.stamp, schemaOf(PRESERVED).definition.stamp);
    });

    it('is published in v3 as it was written', async () => {
      const spec = objectOf({ a: { ...text, nullable: true, pattern: '^a', default: 'a' } });
      assert.deepEqual(await render(spec, 3), spec);
    });

    it('is published in v2 without what v2 cannot say', async () => {
      const spec = objectOf(
        { a: { ...text, nullable: true }, b: objectOf({ c: text }, PRESERVED), d: { ...text, default: 'x' } },
        { required: ['a', 'd'], oneOf: [{ required: ['b'] }] },
      );
      assert.deepEqual(await render(spec, 2), {
        type: 'object',
        // kubectl takes an object without fields for one whose every value has a type.
        properties: { a: {}, b: { 'x-kubernetes-preserve-unknown-fields': true }, d: text },
        required: ['d'],
      });
    });

    it('has in v2 no fields where any are allowed at the root', async () => {
      const root = { ...PRESERVED, properties: { spec: text } };
      const schema = structuralSchema(TYPE, root);
      assert.deepEqual(schema.definition.render(V2, await loadDocumentation()), { type: 'object' });
    });

    it('adds what an embedded object has', async () => {
      const embedded = await render(objectOf({}, { 'x-kubernetes-embedded-resource': true }), 3);
      assert.deepEqual(Object.keys(embedded.properties as object), ['apiVersion', 'kind', 'metadata']);
      assert.deepEqual(embedded.required, ['apiVersion', 'kind']);
    });
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cloneJson } from '../../src/api/clone.ts';
import { serverSideApply, trackUpdate } from '../../src/api/managedFields/index.ts';
import type { Draft, KubeObject } from '../../src/api/meta.ts';
import { loadDocumentation } from '../../src/api/schema/builtIn/documentation.ts';
import { type Definition, type Flavour, type Json, V2, V3 } from '../../src/api/schema/definition.ts';
import type { Schema } from '../../src/api/schema/index.ts';
import { StatusError } from '../../src/api/status.ts';

const TIME = '2026-01-01T00:00:00Z';

/** A pod in the form in which every schema stores it. */
const pod = (spec: object = {}, metadata: object = {}): Draft =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ...metadata },
    spec: { containers: [{ name: 'a', image: 'i' }], ...spec },
  }) as unknown as Draft;

/**
 * What every schema does, shown on one that describes a pod: containers by name with ports by number and protocol, a
 * node selector that has one owner, tolerations that are replaced as a whole, labels that are anybody's.
 */
export function schemaContract(name: string, schema: Schema): void {
  describe(`Schema contract: ${name}`, () => {
    describe('conform', () => {
      it('says nothing of what conforms and does not change it', () => {
        const object = pod({ nodeSelector: { any: 'thing' } }, { labels: { l: 'v' }, finalizers: ['f/f'] });
        const before = cloneJson(object);
        assert.deepEqual(schema.conform(object), { unknown: [] });
        assert.deepEqual(object, before);
      });

      it('drops unknown fields wherever they are and names them, in the order of the object', () => {
        const object = {
          foo: 1,
          ...pod(
            { containers: [{ name: 'a' }, { name: 'b', imagee: 'x', ports: [{ containerPort: 1, p: 2 }] }] },
            { labels: { any: 'label' }, bar: {} },
          ),
          data: { deep: [{}] },
        };
        assert.deepEqual(schema.conform(object).unknown, [
          'foo',
          'metadata.bar',
          'spec.containers[1].imagee',
          'spec.containers[1].ports[0].p',
          'data',
        ]);
        assert.deepEqual(
          object,
          pod(
            { containers: [{ name: 'a' }, { name: 'b', ports: [{ containerPort: 1 }] }] },
            { labels: { any: 'label' } },
          ),
        );
      });

      it('drops null and undefined without a word', () => {
        const object = pod(
          { nodeSelector: null, nodeName: undefined, containers: [{ name: 'a', image: null }] },
          { labels: undefined, annotations: null },
        );
        assert.deepEqual(schema.conform(object).unknown, []);
        assert.deepEqual(object, pod({ containers: [{ name: 'a' }] }));
      });

      it('reports metadata of a wrong type', () => {
        const labels = pod({}, { labels: { a: 1 } });
        assert.match(
          schema.conform(labels).typeError ?? '',
          /^json: cannot unmarshal number into Go struct field ObjectMeta\.(metadata\.)?labels of type string$/,
        );
        assert.match(schema.conform({ ...pod(), metadata: 'x' }).typeError ?? '', /v1\.ObjectMeta$/);
        assert.match(schema.conform({ ...pod(), kind: 7 }).typeError ?? '', /kind of type string$/);
        assert.match(schema.conform([]).typeError ?? '', /^json: cannot unmarshal array into /);
      });

      it('keeps keys that every object inherits where keys are the client’s', () => {
        const text =
          '{"metadata":{"labels":{"__proto__":"1","constructor":"2"}},"spec":{"__proto__":{"a":1}}}';
        const object = JSON.parse(text) as object;
        assert.deepEqual(schema.conform(object).unknown, ['spec.__proto__']);
        assert.equal(
          JSON.stringify(object),
          '{"metadata":{"labels":{"__proto__":"1","constructor":"2"}},"spec":{}}',
        );
      });

      it('is idempotent, whatever it is given', () => {
        const value = fc.jsonValue({ maxDepth: 3 });
        const container = fc.dictionary(
          fc.constantFrom('name', 'image', 'ports', 'command', 'bogus'),
          value,
          {
            noNullPrototype: true,
          },
        );
        fc.assert(
          fc.property(fc.array(container), value, value, (containers, nodeSelector, bogus) => {
            const object = { ...pod({ containers, nodeSelector }), bogus };
            schema.conform(object);
            const once = cloneJson(object);
            assert.deepEqual(schema.conform(object).unknown, []);
            assert.deepEqual(object, once);
          }),
        );
      });
    });

    describe('setDefaults', () => {
      it('is idempotent and leaves what is set', () => {
        const object = pod({
          restartPolicy: 'Never',
          containers: [{ name: 'a', ports: [{ containerPort: 1 }] }],
        });
        const { spec } = object as unknown as { spec: { restartPolicy: string } };
        schema.setDefaults(object);
        assert.equal(spec.restartPolicy, 'Never');
        const once = cloneJson(object);
        schema.setDefaults(object);
        assert.deepEqual(object, once);
        assert.deepEqual(schema.conform(object).unknown, []);
      });
    });

    describe('shape', () => {
      const fieldsOf = (draft: Draft): unknown => {
        trackUpdate({
          schema,
          old: undefined,
          draft,
          manager: 'm',
          apiVersion: 'v1',
          subresource: '',
          time: TIME,
        });
        return draft.metadata.managedFields?.[0]?.fieldsV1;
      };

      it('gives every field that is set to its writer: keyed lists by their keys, sets by their values', () => {
        const owned = fieldsOf(
          pod(
            {
              containers: [{ name: 'a', command: ['x'], ports: [{ containerPort: 80 }] }],
              nodeSelector: { n: 's' },
              tolerations: [{ key: 't' }],
            },
            { labels: { l: '1' }, finalizers: ['f/f'] },
          ),
        ) as { 'f:metadata': object; 'f:spec': Record<string, unknown> };
        assert.deepEqual(owned['f:metadata'], {
          'f:labels': { '.': {}, 'f:l': {} },
          'f:finalizers': { '.': {}, 'v:"f/f"': {} },
        });
        assert.deepEqual(owned['f:spec']['f:nodeSelector'], {});
        assert.deepEqual(owned['f:spec']['f:tolerations'], {});
        assert.deepEqual((owned['f:spec']['f:containers'] as Record<string, unknown>)['k:{"name":"a"}'], {
          '.': {},
          'f:name': {},
          'f:command': {},
          // A key that is left out counts as its default.
          'f:ports': {
            '.': {},
            'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
          },
        });
      });

      const apply = (live: Draft | undefined, applied: Draft, manager: string, force = false): Draft =>
        serverSideApply({
          schema,
          live: live as unknown as KubeObject | undefined,
          applied,
          manager,
          apiVersion: 'v1',
          subresource: '',
          force,
          time: TIME,
        });
      const containersOf = (draft: Draft): unknown =>
        (draft as unknown as { spec: { containers: unknown } }).spec.containers;

      it('merges what two appliers set in elements of one list, and takes back what one gives up', () => {
        const first = apply(undefined, pod(), 'one');
        const both = apply(first, pod({ containers: [{ name: 'b', image: 'j' }] }), 'two');
        assert.deepEqual(containersOf(both), [
          { name: 'a', image: 'i' },
          { name: 'b', image: 'j' },
        ]);
        const less = apply(both, pod({ containers: [{ name: 'c', image: 'k' }] }), 'two');
        assert.deepEqual(containersOf(less), [
          { name: 'a', image: 'i' },
          { name: 'c', image: 'k' },
        ]);
      });

      it('conflicts over a field with its path, unless forced', () => {
        const first = apply(undefined, pod(), 'one');
        const other = pod({ containers: [{ name: 'a', image: 'other' }] });
        assert.throws(
          () => apply(first, other, 'two'),
          (error) =>
            error instanceof StatusError &&
            error.status.details?.causes?.[0]?.field === '.spec.containers[name="a"].image',
        );
        assert.deepEqual(containersOf(apply(first, other, 'two', true)), [{ name: 'a', image: 'other' }]);
      });
    });

    describe('definition', () => {
      const rendered = async (flavour: Flavour): Promise<ReadonlyMap<string, Json>> => {
        const documentation = await loadDocumentation();
        const made = new Map<string, Json>();
        const visit = (definition: Definition): void => {
          if (made.has(definition.name)) return;
          made.set(definition.name, definition.render(flavour, documentation));
          definition.references().forEach(visit);
        };
        visit(schema.definition);
        assert.ok(schema.listDefinition !== undefined);
        visit(schema.listDefinition);
        return made;
      };
      /** What a property says below references. */
      const propertyOf = (all: ReadonlyMap<string, Json>, at: Json | undefined, name: string): Json => {
        const property = (at?.properties as Readonly<Record<string, Json>> | undefined)?.[name];
        assert.ok(property !== undefined, name);
        const [inAllOf] = (property.allOf ?? []) as readonly Json[];
        const ref = property.$ref ?? inAllOf?.$ref;
        return typeof ref === 'string'
          ? { ...property, ...all.get(ref.slice(ref.lastIndexOf('/') + 1)) }
          : property;
      };

      for (const flavour of [V2, V3]) {
        it(`says in OpenAPI v${flavour.version} what there is and how it merges`, async () => {
          const all = await rendered(flavour);
          const root = all.get(schema.definition.name);
          assert.equal(root?.type, 'object');
          const spec = propertyOf(all, root, 'spec');
          const containers = propertyOf(all, spec, 'containers');
          assert.equal(containers.type, 'array');
          assert.equal(containers['x-kubernetes-list-type'], 'map');
          assert.deepEqual(containers['x-kubernetes-list-map-keys'], ['name']);
          assert.equal(propertyOf(all, spec, 'nodeSelector')['x-kubernetes-map-type'], 'atomic');
          assert.equal(propertyOf(all, root, 'kind').type, 'string');
          assert.ok(propertyOf(all, propertyOf(all, root, 'metadata'), 'finalizers').description);
        });

        it(`has in OpenAPI v${flavour.version} no reference without its definition`, async () => {
          const all = await rendered(flavour);
          const known = new Set([...all.keys()].map((key) => `${flavour.prefix}${key}`));
          const common = /\.(?:Quantity|IntOrString|Time|MicroTime|Patch|FieldsV1|RawExtension)$/;
          for (const [, ref = ''] of JSON.stringify([...all.values()]).matchAll(/"\$ref":"([^"]+)"/g)) {
            assert.ok(known.has(ref) || common.test(ref), ref);
          }
        });
      }

      it('describes the list by the object', async () => {
        const all = await rendered(V3);
        const items = propertyOf(all, all.get(schema.listDefinition?.name ?? ''), 'items');
        const item = items.items as { $ref?: string; allOf?: readonly { $ref: string }[] };
        // A reference that has a default beside it is wrapped.
        assert.equal(item.$ref ?? item.allOf?.[0]?.$ref, `${V3.prefix}${schema.definition.name}`);
      });
    });
  });
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sampleOf } from '../../../test/harness/sampleObjects.ts';
import { kinds } from '../kinds/index.ts';
import { apiVersionOf } from '../resource.ts';
import { builtIn } from '../schema/index.ts';
import { decodeProtobuf } from './decode.ts';
import { encodeEvent, encodeItems, encodeMessage, encodeProtobuf, messageOf } from './encode.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const pod = { kind: 'Pod', apiVersion: 'v1', schema: builtIn('V1Pod') };
const encoded = (apiVersion: string, kind: string, object: object): Uint8Array =>
  encodeProtobuf(apiVersion, kind, encodeMessage(messageOf(apiVersion, kind) ?? '', object));

describe('encodeProtobuf()', () => {
  it("writes what Go's encoder does", () => {
    // k8s\0, {1: {1: "v1", 2: "ConfigMap"}, 2: {1: {1: "a"}, 2: {1: "k", 2: "v"}}, 3: "", 4: ""}
    assert.equal(
      hex(encoded('v1', 'ConfigMap', { metadata: { name: 'a' }, data: { k: 'v' } })),
      '6b387300' +
        '0a0f' +
        '0a027631' +
        '1209436f6e6669674d6170' +
        '120d' +
        '0a030a0161' +
        '12060a016b120176' +
        '1a002200',
    );
  });

  it('writes JSON schemas with what may stand for one', () => {
    const schemas = {
      one: { type: 'array', items: { type: 'string' } },
      several: { items: [{ type: 'string' }, { type: 'integer' }] },
      closed: { type: 'object', additionalProperties: false },
      open: { type: 'object', additionalProperties: true },
      map: { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } },
      defaults: { default: false, enum: [null, 1, 'a', { b: [] }], example: 0 },
      ruled: { 'x-kubernetes-validations': [{ rule: 'self > 0', optionalOldSelf: false }] },
      needed: { dependencies: { a: ['b', 'c'], d: { type: 'string' } } },
    };
    const version = { name: 'v1', served: true, storage: true };
    const openAPIV3Schema = { type: 'object', properties: schemas };
    const [apiVersion, kind] = ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'];
    const object = {
      spec: {
        group: 'g',
        names: { plural: 'p', kind: 'K' },
        scope: 'Cluster',
        versions: [{ ...version, schema: { openAPIV3Schema } }],
      },
    };
    const message = messageOf(apiVersion, kind);
    const read = decodeProtobuf(encoded(apiVersion, kind, object), { apiVersion, kind, schema: { message } });
    assert.deepEqual({ ...read, metadata: undefined }, { apiVersion, kind, metadata: undefined, ...object });
  });

  for (const { resource, schema } of kinds.flatMap((kind) => [kind, ...(kind.alsoServedAs ?? [])])) {
    it(`is read back as it was: ${resource.kind} of ${apiVersionOf(resource)}`, () => {
      const apiVersion = apiVersionOf(resource);
      assert.equal(messageOf(apiVersion, resource.kind), schema.message);
      const object = { ...sampleOf(schema), apiVersion, kind: resource.kind };
      schema.conform(object);
      const read = decodeProtobuf(encoded(apiVersion, resource.kind, object), {
        apiVersion,
        kind: resource.kind,
        schema,
      });
      schema.conform(read);
      // The type of an object within another one is no part of its message, in Go's neither.
      const { volumeClaimTemplates = [] } = ((object as { spec?: object }).spec ?? {}) as {
        volumeClaimTemplates?: { apiVersion?: string; kind?: string }[];
      };
      for (const template of volumeClaimTemplates) {
        delete template.apiVersion;
        delete template.kind;
      }
      assert.deepEqual(read, object);
    });
  }

  it('keeps numbers, times, texts and zeros as they are', () => {
    const time = fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(
        fc.string(),
        fc.maxSafeInteger(),
        time,
        fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).filter((port) => port !== 0),
        (text, generation, date, labels, port) => {
          const object = {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: {
              name: text === '' ? 'x' : text,
              ...(generation === 0 ? {} : { generation }),
              creationTimestamp: `${date.toISOString().slice(0, 19)}Z`,
              ...(Object.keys(labels).length === 0 ? {} : { labels }),
            },
            spec: {
              terminationGracePeriodSeconds: 0,
              containers: [
                {
                  name: 'c',
                  livenessProbe: { httpGet: { port }, tcpSocket: { port: `p${text}` } },
                  securityContext: { privileged: false, runAsUser: 0 },
                },
              ],
              volumes: [{ name: 'v', emptyDir: {} }],
            },
          };
          const read = decodeProtobuf(encoded('v1', 'Pod', object), pod);
          assert.deepEqual(read, object);
        },
      ),
    );
  });

  it('writes lists from encoded items, and frames for events', () => {
    const items = ['a', 'b'].map((name) => encodeMessage('core.v1.Pod', { metadata: { name } }));
    const list = encodeItems({ resourceVersion: '7' }, items);
    assert.equal(
      hex(list),
      hex(
        encodeMessage('core.v1.PodList', {
          metadata: { resourceVersion: '7' },
          items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
        }),
      ),
    );
    const object = encoded('v1', 'Pod', { metadata: { name: 'a' } });
    const frame = Buffer.from(encodeEvent('ADDED', object));
    assert.equal(frame.readUInt32BE(0), frame.length - 4);
    assert.equal(hex(frame.subarray(4, 11)), `0a05${Buffer.from('ADDED').toString('hex')}`);
    assert.ok(frame.includes(Buffer.from(object)));
  });

  it('has no messages for kinds of others', () => {
    for (const [apiVersion, kind] of [
      ['apps.example.com/v1', 'Deployment'],
      ['example.com/v1', 'Pod'],
      ['v1', 'Nothing'],
      ['meta.k8s.io/v1', 'Table'],
      ['', ''],
    ] as const) {
      assert.equal(messageOf(apiVersion, kind), undefined);
    }
    assert.equal(messageOf('v1', 'Status'), 'meta.v1.Status');
    assert.equal(messageOf('meta.k8s.io/v1', 'PartialObjectMetadata'), 'meta.v1.PartialObjectMetadata');
    assert.equal(messageOf('rbac.authorization.k8s.io/v1', 'RoleList'), 'rbac.v1.RoleList');
  });
});

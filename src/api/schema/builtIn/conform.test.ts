import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cloneJson } from '../../clone.ts';
import { builtIn, type FieldProblems } from '../index.ts';

const conform = (model: string, object: unknown): FieldProblems => builtIn(model).conform(object);

const deployment = (spec: object): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'x' },
  spec,
});
const withContainer = (container: object): object =>
  deployment({ template: { spec: { containers: [{ name: 'a' }, container] } } });

describe('conform reports', () => {
  it('names unknown fields by their paths, in order', () => {
    const object = {
      foo: 1,
      metadata: { name: 'x', labels: { any: 'label' }, bar: {} },
      spec: { template: { spec: { containers: [{ name: 'a', imagee: 'b' }] } }, replica: 1 },
    };
    assert.deepEqual(conform('V1Deployment', object), {
      unknown: ['foo', 'metadata.bar', 'spec.template.spec.containers[0].imagee', 'spec.replica'],
    });
  });

  const errors: readonly [string, object, string][] = [
    [
      'a string for int32',
      deployment({ replicas: '3' }),
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'a fraction for int32',
      deployment({ replicas: 1.5 }),
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'too large a number for int32',
      deployment({ replicas: 2 ** 31 }),
      'json: cannot unmarshal number 2147483648 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'a number for a string deep inside',
      withContainer({ image: 1 }),
      'json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.image of type string',
    ],
    [
      'a number in a list of strings',
      withContainer({ command: ['a', 1] }),
      'json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.command of type string',
    ],
    [
      'a bool in a map of strings',
      { metadata: { labels: { a: true } } },
      'json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      'an object for a list',
      deployment({ template: { spec: { containers: {} } } }),
      'json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
    ],
    [
      'a string for a struct',
      { spec: 'x' },
      'json: cannot unmarshal string into Go struct field Deployment.spec of type v1.DeploymentSpec',
    ],
    ['a list for the object', [], 'json: cannot unmarshal array into Go value of type v1.Deployment'],
    [
      'a malformed quantity',
      withContainer({ resources: { limits: { cpu: '1 core' } } }),
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      'a malformed time',
      { metadata: { creationTimestamp: 'yesterday' } },
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
  ];
  for (const [what, object, message] of errors) {
    it(`reports ${what} in the words of Go's decoder`, () => {
      assert.equal(conform('V1Deployment', object).typeError, message);
    });
  }

  it('reports malformed base64 with the offset', () => {
    assert.equal(
      conform('V1Secret', { data: { a: 'YQ=' } }).typeError,
      'illegal base64 data at input byte 2',
    );
    assert.equal(conform('V1Secret', { data: { a: 'YQ==' } }).typeError, undefined);
  });
});

describe('conform prunes', () => {
  it('leaves what Go would have after decoding and encoding', () => {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      status: {},
      metadata: {
        name: 'x',
        creationTimestamp: null,
        labels: {},
        annotations: { a: '' },
        finalizers: [],
        deletionTimestamp: '2024-01-01T02:00:00.5+02:00',
      },
      spec: {
        unknown: 1,
        strategy: null,
        selector: {},
        template: {
          metadata: { labels: { a: null } },
          spec: {
            containers: [
              { name: 'a', env: [null], resources: { limits: { cpu: '1000m', memory: 1024, x: '1024Mi' } } },
            ],
            volumes: [{ name: 'v', emptyDir: { sizeLimit: '0.5Gi' } }],
          },
        },
      },
    };
    conform('V1Deployment', object);
    assert.deepEqual(object, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      status: {},
      metadata: { name: 'x', annotations: { a: '' }, deletionTimestamp: '2024-01-01T00:00:00Z' },
      spec: {
        selector: {},
        template: {
          metadata: { labels: { a: '' } },
          spec: {
            containers: [
              { name: 'a', env: [{}], resources: { limits: { cpu: '1', memory: '1024', x: '1Gi' } } },
            ],
            volumes: [{ name: 'v', emptyDir: { sizeLimit: '512Mi' } }],
          },
        },
      },
    });
  });

  it('keeps six digits of a MicroTime and any content of raw fields', () => {
    const lease = { spec: { renewTime: '2024-01-01T00:00:00.123456Z', acquireTime: '2024-01-01T00:00:00Z' } };
    conform('V1Lease', lease);
    assert.deepEqual(lease.spec, {
      renewTime: '2024-01-01T00:00:00.123456Z',
      acquireTime: '2024-01-01T00:00:00.000000Z',
    });
    const revision = { data: { spec: { anything: [null, {}] } }, revision: 1 };
    conform('V1ControllerRevision', revision);
    assert.deepEqual(revision, { data: { spec: { anything: [null, {}] } }, revision: 1 });
  });

  it('is idempotent, and what it leaves conforms', () => {
    const value = fc.oneof(fc.constant(null), fc.string(), fc.integer(), fc.boolean(), fc.constant({}));
    const container = fc.dictionary(
      fc.constantFrom('name', 'image', 'args', 'env', 'resources', 'bogus', 'stdin', 'ports'),
      value,
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        fc.array(container),
        fc.dictionary(fc.string(), value, { noNullPrototype: true }),
        (containers, labels) => {
          const object = { metadata: { labels }, spec: { containers } };
          conform('V1Pod', object);
          const once = cloneJson(object);
          conform('V1Pod', object);
          assert.deepEqual(object, once);
          assert.deepEqual(conform('V1Pod', object).unknown, []);
        },
      ),
    );
  });
});

describe('conform', () => {
  it('keeps the largest int64 readable for clients that check the range', () => {
    const pod = JSON.parse(
      '{"spec":{"containers":[],"activeDeadlineSeconds":9223372036854775807}}',
    ) as object;
    assert.deepEqual(conform('V1Pod', pod), { unknown: [] });
    const written = /\d+/.exec(JSON.stringify(pod))?.[0] ?? '';
    assert.ok(BigInt(written) <= 2n ** 63n - 1n, written);
    const beyond = JSON.parse('{"spec":{"activeDeadlineSeconds":92233720368547758070}}') as object;
    assert.match(conform('V1Pod', beyond).typeError ?? '', /of type int64$/);
  });

  it('drops what is undefined without a word', () => {
    const object = { metadata: { name: 'x', labels: undefined }, data: undefined, unknown: undefined };
    assert.deepEqual(conform('V1ConfigMap', object), { unknown: [] });
    assert.deepEqual(object, { metadata: { name: 'x' } });
  });

  it('reports and prunes in one walk', () => {
    const object = { metadata: { name: 'x' }, data: { a: 'b' }, date: {} };
    assert.deepEqual(conform('V1ConfigMap', object), { unknown: ['date'] });
    assert.deepEqual(object, { metadata: { name: 'x' }, data: { a: 'b' } });
  });
});

import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { schemaAt } from './schemaNode.ts';
import { Schemas, type SchemaServer } from './schemas.ts';

const WIDGET = (field: string): object => ({
  components: {
    schemas: {
      'com.example.v1.Widget': {
        type: 'object',
        description: 'A widget.',
        properties: {
          apiVersion: { type: 'string' },
          spec: {
            type: 'object',
            required: [field],
            properties: {
              [field]: { type: 'integer', description: 'How large it is.' },
              port: { 'x-kubernetes-int-or-string': true },
              mode: { type: 'string', enum: ['On', 'Off'] },
              labels: { type: 'object', additionalProperties: { type: 'string' } },
              free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              parts: { type: 'array', items: { $ref: '#/components/schemas/com.example.v1.Part' } },
            },
          },
        },
        'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'Widget' }],
      },
      'com.example.v1.Part': {
        type: 'object',
        properties: { inner: { allOf: [{ $ref: '#/components/schemas/com.example.v1.Part' }] } },
      },
    },
  },
});

/** A server that publishes widgets with a field of this name. */
function server(own = false): SchemaServer & { field: string; down: boolean; readonly asked: string[] } {
  const made = {
    own,
    field: 'size',
    down: false,
    asked: [] as string[],
    client: {
      raw(_method: string, path: string) {
        made.asked.push(path);
        const answer =
          path === '/openapi/v3'
            ? { paths: { 'apis/example.com/v1': { serverRelativeURL: `/doc?hash=${made.field}` } } }
            : WIDGET(made.field);
        return Promise.resolve({
          code: made.down ? 503 : 200,
          headers: {},
          body: (async function* () {})(),
          text: () => Promise.resolve(JSON.stringify(answer)),
        });
      },
    },
  };
  return made;
}

describe('Schemas', () => {
  const clock = new FakeClock();
  const schemas = new Schemas(clock);
  const fieldsOf = async (from: SchemaServer | undefined): Promise<readonly string[]> => {
    const widget = await schemas.of(from, 'example.com/v1', 'Widget');
    return [...((widget && schemaAt(widget, ['spec'])?.fields) ?? new Map<string, unknown>()).keys()];
  };

  it('reads what a server publishes of a custom kind', async () => {
    const widget = await schemas.of(server(), 'example.com/v1', 'Widget');
    assert.ok(widget);
    const type = (...path: (string | number)[]): string => schemaAt(widget, path)?.type ?? 'nothing';
    assert.equal(widget.typeName, 'Widget');
    assert.equal(type('spec', 'size'), 'integer');
    assert.equal(schemaAt(widget, ['spec', 'size'])?.description, 'How large it is.');
    assert.deepEqual(schemaAt(widget, ['spec'])?.required, ['size']);
    assert.equal(type('spec', 'port'), 'intOrString');
    assert.deepEqual(schemaAt(widget, ['spec', 'mode'])?.values, ['On', 'Off']);
    assert.equal(type('spec', 'labels'), 'map');
    assert.equal(type('spec', 'free'), 'any');
    assert.equal(type('spec', 'parts', 0, 'inner', 'inner'), 'object');
    assert.equal(type('spec', 'other'), 'nothing');
  });

  it('reads each document once, and again when its hash has changed and a while has passed', async () => {
    const from = server();
    await fieldsOf(from);
    await fieldsOf(from);
    assert.deepEqual(from.asked, ['/openapi/v3', '/doc?hash=size']);
    from.field = 'width';
    assert.ok((await fieldsOf(from)).includes('size'));
    await clock.advance(11_000);
    assert.ok((await fieldsOf(from)).includes('width'));
    assert.equal(from.asked.length, 4);
  });

  it('falls back to what is built in, and asks a server of its own only for what is not', async () => {
    const from = server(true);
    assert.equal((await schemas.of(from, 'apps/v1', 'Deployment'))?.typeName, 'Deployment');
    assert.deepEqual(from.asked, []);
    assert.equal((await schemas.of(from, 'example.com/v1', 'Widget'))?.typeName, 'Widget');
    assert.equal((await schemas.of(server(), 'apps/v1', 'Deployment'))?.typeName, 'Deployment');
    assert.equal((await schemas.of(undefined, 'v1', 'Pod'))?.typeName, 'Pod');
    assert.equal(await schemas.of(undefined, 'example.com/v1', 'Widget'), undefined);
  });

  it('knows nothing of a server that cannot be asked, and asks it again', async () => {
    const from = server();
    from.down = true;
    assert.deepEqual(await fieldsOf(from), []);
    from.down = false;
    assert.ok((await fieldsOf(from)).includes('size'));
  });

  it('has descriptions once they are loaded', async () => {
    const pod = await schemas.of(undefined, 'v1', 'Pod');
    assert.equal(pod?.description, '');
    await schemas.documented();
    assert.match(pod.description, /collection of containers/);
  });
});

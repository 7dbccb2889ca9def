import assert from 'node:assert/strict';
import type { Kind } from '../kind.ts';
import type { Draft, KubeObject } from '../meta.ts';
import { apiVersionOf } from '../resource.ts';
import * as handles from '../resources.ts';
import { kinds } from './index.ts';

/** Objects as incomplete and as full as clients send them: defaulting must settle on both. */
const specs: readonly Record<string, unknown>[] = [
  {},
  { spec: {} },
  {
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'a' } },
      template: { metadata: { labels: { app: 'a' } }, spec: podSpec() },
      ...podSpec(),
      type: 'LoadBalancer',
      sessionAffinity: 'ClientIP',
      ports: [{ port: 80 }, { port: 443, name: 'https', targetPort: 'tls' }],
    },
    subjects: [{ kind: 'User', name: 'jane' }],
    roleRef: { kind: 'Role', name: 'r' },
    stringData: { a: 'b' },
    subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 1 }] }],
    endpoints: [{ addresses: ['10.0.0.1'] }],
    ports: [{ port: 1 }],
  },
];

function podSpec(): Record<string, unknown> {
  return {
    containers: [
      {
        name: 'c',
        image: 'busybox:1',
        tty: false,
        ports: [{ containerPort: 80, hostPort: 0 }],
        env: [
          { name: 'A', value: '' },
          { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        resources: { limits: { cpu: '0.5', memory: '1024Mi' } },
        livenessProbe: { httpGet: { port: 80 }, initialDelaySeconds: 0 },
      },
    ],
    volumes: [{ name: 'v' }, { name: 'p', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }],
    hostNetwork: false,
  };
}

const draftOf = (kind: Kind, spec: Record<string, unknown>): Draft =>
  structuredClone({
    apiVersion: apiVersionOf(kind.resource),
    kind: kind.resource.kind,
    metadata: { name: 'x', ...(kind.resource.namespaced ? { namespace: 'default' } : {}) },
    ...spec,
  });

describe('kinds', () => {
  it('has every resource of resources.ts once, as an address of its own or as another one of a kind', () => {
    const served = kinds.flatMap((kind) => [
      kind.resource,
      ...(kind.alsoServedAs ?? []).map((other) => other.resource),
    ]);
    assert.deepEqual(new Set(served), new Set(Object.values(handles)));
    assert.equal(served.length, new Set(served).size);
  });

  it('uses short names once', () => {
    const names = kinds.flatMap((kind) => kind.shortNames ?? []);
    assert.equal(names.length, new Set(names).size);
  });

  for (const kind of kinds) {
    describe(kind.resource.kind, () => {
      it('has a schema, and a list where it is stored', () => {
        for (const { schema, resource } of [kind, ...(kind.alsoServedAs ?? [])]) {
          assert.match(schema.definition.name, new RegExp(`\\.${resource.version}\\.${resource.kind}$`));
          assert.equal(schema.listDefinition !== undefined, kind.verbs?.includes('list') ?? true);
        }
        for (const { schema, kind: body } of kind.subresources ?? []) {
          if (schema !== undefined) assert.match(schema.definition.name, new RegExp(`\\.${body}$`));
        }
      });

      it('defaults to the same the second time', () => {
        for (const spec of specs) {
          const draft = draftOf(kind, spec);
          kind.setDefaults?.(draft);
          const once = structuredClone(draft);
          kind.setDefaults?.(draft);
          assert.deepEqual(draft, once);
        }
      });

      it('validates what is incomplete without throwing or changing it', () => {
        for (const spec of specs) {
          const draft = draftOf(kind, spec);
          kind.setDefaults?.(draft);
          const before = structuredClone(draft);
          const object = draft as unknown as KubeObject;
          for (const errors of [kind.validate(object), kind.validateUpdate?.(object, object) ?? []]) {
            for (const error of errors)
              assert.ok(!error.message.includes('undefined'), `${error.field}: ${error.message}`);
          }
          assert.deepEqual(draft, before);
        }
      });

      it('has columns that start with a name or a time and show a bare object', () => {
        assert.ok(kind.columns.length >= 2);
        const names = kind.columns.map((column) => column.name);
        assert.equal(names.length, new Set(names).size);
        assert.ok(['Name', 'Last Seen'].includes(names[0] ?? ''));
        const draft = draftOf(kind, specs[2] ?? {});
        kind.setDefaults?.(draft);
        draft.metadata.creationTimestamp = '2026-01-01T00:00:00Z';
        for (const column of kind.columns) {
          const cell = column.cell(draft as unknown as KubeObject, Date.parse('2026-01-01T00:05:00Z'));
          assert.ok(!String(cell).includes('undefined'), `${column.name}: ${String(cell)}`);
        }
      });

      it('answers selectable fields with texts', () => {
        const fields =
          kind.selectableFields?.(draftOf(kind, { spec: podSpec(), involvedObject: {} }) as never) ?? {};
        for (const [name, value] of Object.entries(fields)) assert.equal(typeof value, 'string', name);
      });
    });
  }
});

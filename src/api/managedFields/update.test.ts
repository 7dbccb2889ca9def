import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cloneJson } from '../clone.ts';
import type { Draft, KubeObject, ManagedFieldsEntry } from '../meta.ts';
import { builtIn } from '../schema/index.ts';
import { trackUpdate } from './index.ts';

const T1 = '2026-01-01T00:00:01Z';
const T2 = '2026-01-01T00:00:02Z';

interface Write {
  manager?: string;
  model?: string;
  apiVersion?: string;
  subresource?: string;
  time?: string;
}

function write(old: object | undefined, next: object, options: Write = {}): Draft {
  const draft = cloneJson(next) as Draft;
  draft.metadata = { ...(draft as Partial<Draft>).metadata };
  trackUpdate({
    schema: builtIn(options.model ?? 'V1Pod'),
    old: old as KubeObject | undefined,
    draft,
    manager: options.manager ?? 'kubectl',
    apiVersion: options.apiVersion ?? 'v1',
    subresource: options.subresource ?? '',
    time: options.time ?? T1,
  });
  return draft;
}

const fieldsOf = (draft: Draft, index = 0): unknown => draft.metadata.managedFields?.[index]?.fieldsV1;
const entriesOf = (draft: Draft): readonly ManagedFieldsEntry[] => draft.metadata.managedFields ?? [];
const owners = (draft: Draft): string[] => entriesOf(draft).map((entry) => entry.manager ?? '');

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'x', namespace: 'default', uid: '1', creationTimestamp: T1, labels: { run: 'nginx' } },
  spec: {
    containers: [{ name: 'nginx', image: 'nginx', imagePullPolicy: 'Always', resources: {} }],
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    tolerations: [{ key: 'a' }],
  },
  status: { phase: 'Pending' },
};

describe('trackUpdate', () => {
  it('a creation owns what it set, as upstream writes it', () => {
    const [entry, ...others] = entriesOf(write(undefined, pod, { manager: 'kubectl-run' }));
    assert.deepEqual(others, []);
    assert.deepEqual(entry, {
      manager: 'kubectl-run',
      operation: 'Update',
      apiVersion: 'v1',
      time: T1,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:run': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"nginx"}': {
              '.': {},
              'f:image': {},
              'f:imagePullPolicy': {},
              'f:name': {},
              'f:resources': {},
            },
          },
          'f:dnsPolicy': {},
          'f:securityContext': {},
          'f:tolerations': {},
        },
      },
    });
  });

  it('a creation owns nothing of what Go has in every new object', () => {
    const deployment = write(
      undefined,
      {
        metadata: { name: 'd' },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c' }] } },
        },
        status: {},
      },
      { model: 'V1Deployment', apiVersion: 'apps/v1' },
    );
    assert.deepEqual(fieldsOf(deployment), {
      'f:spec': {
        'f:selector': {},
        'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {} }, 'f:type': {} },
        'f:template': {
          'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
          'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:name': {} } } },
        },
      },
    });
  });

  it('keys of lists take their defaults', () => {
    const service = write(
      undefined,
      { metadata: { name: 's' }, spec: { ports: [{ port: 80 }], selector: { a: 'b' } } },
      { model: 'V1Service' },
    );
    assert.deepEqual(fieldsOf(service), {
      'f:spec': {
        'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
        'f:selector': {},
      },
    });
  });

  it('a change moves what it changed to its manager, and only that', () => {
    const created = write(undefined, pod);
    const next = cloneJson(created) as unknown as typeof pod;
    next.metadata.labels = { run: 'other', more: 'x' } as never;
    const changed = write(created, next, { manager: 'edit', time: T2 });
    assert.deepEqual(owners(changed), ['kubectl', 'edit']);
    assert.deepEqual(fieldsOf(changed, 1), { 'f:metadata': { 'f:labels': { 'f:more': {}, 'f:run': {} } } });
    assert.deepEqual((fieldsOf(changed, 0) as Record<string, unknown>)['f:metadata'], {
      'f:labels': {},
    });
    assert.equal(entriesOf(changed)[0]?.time, T1);
    assert.equal(entriesOf(changed)[1]?.time, T2);
  });

  it('a second change by the same manager adds to its entry', () => {
    const created = write(undefined, pod);
    const next = { ...created, metadata: { ...created.metadata, annotations: { a: 'b' } } };
    const changed = write(created, next, { time: T2 });
    assert.deepEqual(owners(changed), ['kubectl']);
    assert.deepEqual((fieldsOf(changed) as Record<string, unknown>)['f:metadata'], {
      'f:annotations': { '.': {}, 'f:a': {} },
      'f:labels': { '.': {}, 'f:run': {} },
    });
    assert.equal(entriesOf(changed)[0]?.time, T2);
  });

  it('a removal takes the fields from everybody and keeps the time', () => {
    const created = write(undefined, pod);
    const next = cloneJson(created);
    Reflect.deleteProperty(next.metadata, 'labels');
    const changed = write(created, next, { manager: 'edit', time: T2 });
    assert.deepEqual(owners(changed), ['kubectl']);
    assert.equal('f:metadata' in (fieldsOf(changed) as object), false);
    assert.equal(entriesOf(changed)[0]?.time, T1);
  });

  it('a write that changes nothing changes no entry', () => {
    const created = write(undefined, pod);
    const same = write(created, created, { manager: 'other', time: T2 });
    assert.deepEqual(entriesOf(same), entriesOf(created));
    const bumped = { ...created, metadata: { ...created.metadata, resourceVersion: '7', generation: 2 } };
    assert.deepEqual(entriesOf(write(created, bumped, { manager: 'other', time: T2 })), entriesOf(created));
  });

  it('the status has entries of its own', () => {
    const created = write(undefined, pod);
    const running = {
      ...created,
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    };
    const changed = write(created, running, { manager: 'kubectl', subresource: 'status', time: T2 });
    assert.equal(entriesOf(changed).length, 2);
    const status = entriesOf(changed)[1];
    assert.equal(status?.subresource, 'status');
    assert.deepEqual(status.fieldsV1, {
      'f:status': {
        'f:conditions': { '.': {}, 'k:{"type":"Ready"}': { '.': {}, 'f:status': {}, 'f:type': {} } },
        'f:phase': {},
      },
    });
  });

  it('a client may reset the entries with an empty one', () => {
    const created = write(undefined, pod);
    const reset = write(created, { ...created, metadata: { ...created.metadata, managedFields: [{}] } });
    assert.deepEqual(entriesOf(reset), []);
  });

  it('entries left out of the body stay', () => {
    const created = write(undefined, pod);
    const next = cloneJson(created);
    Reflect.deleteProperty(next.metadata, 'managedFields');
    assert.deepEqual(entriesOf(write(created, next)), entriesOf(created));
  });

  it('keeps at most ten updaters and folds the oldest', () => {
    let object = write(
      undefined,
      { metadata: { name: 'm' }, data: { k0: 'x' } },
      { model: 'V1ConfigMap', manager: 'm0' },
    );
    for (let i = 1; i <= 12; i++) {
      const next = { ...object, data: { ...(object as unknown as { data: object }).data, [`k${i}`]: 'x' } };
      object = write(object, next, {
        model: 'V1ConfigMap',
        manager: `m${i}`,
        time: `2026-01-01T00:00:${String(i).padStart(2, '0')}Z`,
      });
    }
    assert.equal(entriesOf(object).length, 10);
    const ancient = entriesOf(object).find((entry) => entry.manager === 'ancient-changes');
    assert.deepEqual(Object.keys((ancient?.fieldsV1 as Record<string, object>)['f:data'] ?? {}).sort(), [
      '.',
      'f:k0',
      'f:k1',
      'f:k2',
      'f:k3',
    ]);
    assert.deepEqual(owners(object).at(-1), 'm12');
  });

  it('every field of an object has exactly one updater, in whatever order it was written', () => {
    const data = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2'), {
      noNullPrototype: true,
    });
    const writes = fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), data), { minLength: 1 });
    fc.assert(
      fc.property(writes, (steps) => {
        let object: Draft | undefined;
        const last = new Map<string, string>();
        let before: Record<string, string> = {};
        for (const [manager, next] of steps) {
          object = write(
            object,
            { ...object, metadata: { ...object?.metadata, name: 'm' }, data: next },
            { model: 'V1ConfigMap', manager },
          );
          for (const key of Object.keys(before)) if (!(key in next)) last.delete(key);
          for (const [key, value] of Object.entries(next)) if (before[key] !== value) last.set(key, manager);
          before = next;
        }
        const owned = new Map<string, string>();
        for (const entry of object === undefined ? [] : entriesOf(object)) {
          const fields = (entry.fieldsV1 as Record<string, object>)['f:data'] ?? {};
          for (const key of Object.keys(fields)) {
            if (key === '.') continue;
            assert.equal(owned.has(key), false, key);
            owned.set(key.slice(2), entry.manager ?? '');
          }
        }
        assert.deepEqual([...owned].sort(), [...last].sort());
      }),
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cloneJson } from '../clone.ts';
import type { Draft, KubeObject } from '../meta.ts';
import { StatusError } from '../status.ts';
import { builtIn } from '../schema/index.ts';
import { serverSideApply, trackUpdate } from './index.ts';

const T1 = '2026-01-01T00:00:01Z';
const T2 = '2026-01-01T00:00:02Z';

interface Options {
  manager?: string;
  force?: boolean;
  time?: string;
  model?: string;
  subresource?: string;
}

function apply(live: Draft | undefined, config: object, options: Options = {}): Draft {
  return serverSideApply({
    schema: builtIn(options.model ?? 'V1Deployment'),
    live: live as unknown as KubeObject | undefined,
    applied: { metadata: { name: 'x' }, ...cloneJson(config) } as Draft,
    manager: options.manager ?? 'applier',
    apiVersion: 'apps/v1',
    subresource: options.subresource ?? '',
    force: options.force ?? false,
    time: options.time ?? T1,
  });
}

function update(live: Draft | undefined, next: object, manager: string, model = 'V1Deployment'): Draft {
  const draft = { ...cloneJson(live), ...cloneJson(next) } as Draft;
  draft.metadata = { name: 'x', ...(draft as Partial<Draft>).metadata };
  trackUpdate({
    schema: builtIn(model),
    old: live as unknown as KubeObject | undefined,
    draft,
    manager,
    apiVersion: 'apps/v1',
    subresource: '',
    time: T1,
  });
  return draft;
}

const specOf = (draft: Draft): Record<string, unknown> =>
  (draft as unknown as { spec: Record<string, unknown> }).spec;

function failure(run: () => unknown): StatusError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof StatusError);
    return error;
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
}

const containers = (...list: object[]): object => ({ spec: { template: { spec: { containers: list } } } });
const containersOf = (draft: Draft): unknown =>
  (specOf(draft) as { template?: { spec?: { containers?: unknown } } }).template?.spec?.containers;

describe('serverSideApply', () => {
  it('creates, and owns its leaves and elements', () => {
    const created = apply(undefined, {
      metadata: { name: 'x', labels: { a: '1' } },
      ...containers({ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }),
    });
    assert.deepEqual(created.metadata.managedFields, [
      {
        manager: 'applier',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        time: T1,
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:a': {} } },
          'f:spec': {
            'f:template': {
              'f:spec': {
                'f:containers': {
                  'k:{"name":"c"}': {
                    '.': {},
                    'f:image': {},
                    'f:name': {},
                    'f:ports': {
                      'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ]);
  });

  it('refuses to take a field from an updater, in the words of upstream', () => {
    const live = update(undefined, { spec: { replicas: 1, paused: true } }, 'kubectl');
    const one = failure(() => apply(live, { spec: { replicas: 3 } }));
    assert.equal(one.code, 409);
    assert.equal(
      one.message,
      'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas',
    );
    assert.deepEqual(one.status.details?.causes, [
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl" using apps/v1',
        field: '.spec.replicas',
      },
    ]);
    const two = failure(() => apply(live, { spec: { replicas: 3, paused: false } }));
    assert.equal(
      two.message,
      'Apply failed with 2 conflicts: conflicts with "kubectl" using apps/v1:\n- .spec.paused\n- .spec.replicas',
    );
    const applied = apply(undefined, { spec: { replicas: 1 } }, { manager: 'a' });
    assert.equal(
      failure(() => apply(applied, { spec: { replicas: 2 } }, { manager: 'b' })).message,
      'Apply failed with 1 conflict: conflict with "a": .spec.replicas',
    );
  });

  it('takes it by force, and shares a field whose value is the same', () => {
    const live = update(undefined, { spec: { replicas: 1, paused: true } }, 'kubectl');
    const forced = apply(live, { spec: { replicas: 3, paused: true } }, { force: true, time: T2 });
    assert.deepEqual(specOf(forced), { replicas: 3, paused: true });
    const [own, other] = forced.metadata.managedFields ?? [];
    assert.deepEqual(own?.fieldsV1, { 'f:spec': { 'f:paused': {}, 'f:replicas': {} } });
    assert.deepEqual(other?.fieldsV1, { 'f:spec': { 'f:paused': {} } });
    assert.equal(other.time, T1);
  });

  it('removes what it applied before and applies no more, unless somebody else owns it', () => {
    const first = apply(undefined, { spec: { replicas: 1, paused: true, minReadySeconds: 5 } });
    const shared = apply(first, { spec: { paused: true } }, { manager: 'other' });
    const second = apply(shared, { spec: { replicas: 1 } });
    assert.deepEqual(specOf(second), { replicas: 1, paused: true });
  });

  it('keeps what nobody applied inside of what it still applies', () => {
    const first = apply(undefined, containers({ name: 'c', image: 'i', stdin: true }));
    const defaulted = update(
      first,
      containers({ name: 'c', image: 'i', stdin: true, imagePullPolicy: 'Always' }),
      'defaults',
    );
    const second = apply(defaulted, containers({ name: 'c', image: 'i' }));
    assert.deepEqual(containersOf(second), [{ name: 'c', image: 'i', imagePullPolicy: 'Always' }]);
  });

  it('removes an element with all that is in it, unless somebody owns a part', () => {
    const first = apply(undefined, containers({ name: 'a', image: 'i' }, { name: 'b', image: 'i' }));
    const alone = apply(first, containers({ name: 'a', image: 'i' }));
    assert.deepEqual(containersOf(alone), [{ name: 'a', image: 'i' }]);
    const owned = apply(first, containers({ name: 'b', args: ['x'] }), { manager: 'other' });
    const kept = apply(owned, containers({ name: 'a', image: 'i' }));
    assert.deepEqual(containersOf(kept), [
      { name: 'a', image: 'i' },
      { name: 'b', args: ['x'] },
    ]);
  });

  it('merges sets and atomic values as their types say', () => {
    const first = apply(undefined, {
      metadata: { name: 'x', finalizers: ['a', 'b'] },
      spec: { selector: { matchLabels: { a: '1' } } },
    });
    const second = apply(first, { metadata: { name: 'x', finalizers: ['c'] } }, { manager: 'other' });
    assert.deepEqual(second.metadata.finalizers, ['a', 'b', 'c']);
    assert.equal(
      failure(() => apply(second, { spec: { selector: { matchLabels: { b: '1' } } } }, { manager: 'other' }))
        .message,
      'Apply failed with 1 conflict: conflict with "applier": .spec.selector',
    );
  });

  it('never removes the metadata that the server writes', () => {
    const first = apply(undefined, { metadata: { name: 'x', labels: { a: '1' } } });
    const stored = {
      ...first,
      metadata: { ...first.metadata, uid: '1', resourceVersion: '5', creationTimestamp: T1 },
    };
    const second = apply(stored, {});
    assert.deepEqual(second.metadata, { name: 'x', uid: '1', resourceVersion: '5', creationTimestamp: T1 });
  });

  it('keeps status out of an apply to the object, and apart in one to the status', () => {
    const live = update(undefined, { spec: { replicas: 1 } }, 'kubectl');
    const main = apply(live, { spec: { paused: true }, status: { replicas: 1 } });
    assert.equal('f:status' in (main.metadata.managedFields?.[0]?.fieldsV1 as object), false);
    const status = apply(live, { status: { replicas: 1 } }, { subresource: 'status' });
    assert.equal(status.metadata.managedFields?.[0]?.subresource, 'status');
  });

  it('refuses a configuration that has managedFields', () => {
    const error = failure(() => apply(undefined, { metadata: { name: 'x', managedFields: [] } }));
    assert.equal(error.message, 'metadata.managedFields must be nil');
    assert.equal(error.code, 400);
  });

  it('lets kubectl take over what it applied on the client side before', () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const live = update(
      undefined,
      {
        metadata: {
          name: 'x',
          annotations: { [annotation]: '{"metadata":{"name":"x"},"spec":{"replicas":1}}' },
        },
        spec: { replicas: 1, paused: true },
      },
      'kubectl-client-side-apply',
    );
    assert.equal(failure(() => apply(live, { spec: { replicas: 3 } })).code, 409);
    const error = failure(() =>
      apply(live, { spec: { replicas: 3, paused: false } }, { manager: 'kubectl' }),
    );
    assert.equal(
      error.message,
      'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.paused',
    );
    const taken = apply(live, { spec: { replicas: 3 } }, { manager: 'kubectl' });
    assert.deepEqual(specOf(taken), { replicas: 3, paused: true });
    assert.equal(
      taken.metadata.annotations?.[annotation],
      '{"metadata":{"name":"x"},"spec":{"replicas":3}}\n',
    );
  });

  const name = fc.constantFrom('a', 'b', 'c');
  const value = fc.constantFrom('1', '2');
  const config = fc
    .record(
      {
        labels: fc.dictionary(name, value, { noNullPrototype: true }),
        replicas: fc.constantFrom(1, 2),
        containers: fc.uniqueArray(
          fc.record({ name, image: value }, { requiredKeys: ['name'], noNullPrototype: true }),
          { selector: (container) => container.name },
        ),
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    .map(({ labels, replicas, containers: list }) => ({
      metadata: {
        name: 'x',
        ...(labels === undefined || Object.keys(labels).length === 0 ? {} : { labels }),
      },
      spec: {
        ...(replicas === undefined ? {} : { replicas }),
        ...(list === undefined || list.length === 0 ? {} : { template: { spec: { containers: list } } }),
      },
    }));

  it('applying twice is applying once', () => {
    fc.assert(
      fc.property(config, config, config, (before, other, now) => {
        const live = apply(apply(undefined, before), other, { manager: 'other', force: true });
        const once = apply(live, now, { force: true });
        const twice = apply(once, now, { time: T2 });
        assert.deepEqual(twice, once);
      }),
    );
  });

  it('an object applied by one manager alone is its last configuration', () => {
    fc.assert(
      fc.property(fc.array(config, { minLength: 1 }), (configs) => {
        let live: Draft | undefined;
        for (const each of configs) live = apply(live, each);
        const last = configs.at(-1);
        const { managedFields: _, ...metadata } = live?.metadata ?? {};
        assert.deepEqual({ ...live, metadata }, { spec: {}, ...last, metadata: last?.metadata });
      }),
    );
  });

  it('two managers that apply different fields never meet', () => {
    const rename = (each: { metadata: { labels?: Record<string, string> } }): object => ({
      metadata: {
        name: 'x',
        annotations: Object.fromEntries(
          Object.entries(each.metadata.labels ?? { z: '1' }).map(([key, text]) => [`other-${key}`, text]),
        ),
      },
    });
    fc.assert(
      fc.property(config, config, (mine, theirs) => {
        const both = apply(apply(undefined, mine), rename(theirs), { manager: 'other' });
        const swapped = apply(apply(undefined, rename(theirs), { manager: 'other' }), mine);
        assert.deepEqual(specOf(both), { ...specOf(swapped) });
        assert.deepEqual(both.metadata.labels, swapped.metadata.labels);
        assert.deepEqual(both.metadata.annotations, swapped.metadata.annotations);
        const withdrawn = apply(both, {}, { manager: 'other' });
        assert.equal(withdrawn.metadata.annotations, undefined);
        assert.deepEqual(withdrawn.metadata.labels, mine.metadata.labels);
      }),
    );
  });
});

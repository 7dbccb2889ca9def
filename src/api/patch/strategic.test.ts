import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cloneJson } from '../clone.ts';
import { builtIn } from '../schema/index.ts';
import { StatusError } from '../status.ts';
import { applyStrategicMergePatch } from './index.ts';

const strategic = (model: string, document: unknown, patch: unknown): unknown => {
  const { patchType } = builtIn(model);
  assert.ok(patchType !== undefined);
  return applyStrategicMergePatch(patchType, document, patch);
};

const spec = (document: unknown, patch: unknown): unknown => strategic('V1PodSpec', document, patch);
const meta = (document: unknown, patch: unknown): unknown => strategic('V1ObjectMeta', document, patch);

/** What apimachinery's `strategicpatch/patch_test.go` asserts of its test types, on types of the API. */
describe('applyStrategicMergePatch', () => {
  it('merges maps and deletes by null', () => {
    assert.deepEqual(meta({ labels: { a: '1', b: '2' }, name: 'x' }, { labels: { a: null, c: '3' } }), {
      labels: { b: '2', c: '3' },
      name: 'x',
    });
    assert.deepEqual(meta({ labels: { a: '1' } }, { labels: null }), {});
    assert.deepEqual(meta({ name: 'x' }, { annotations: { a: null, b: '1' } }), {
      name: 'x',
      annotations: { b: '1' },
    });
  });

  it('replaces a map that says so, and empties one that says delete', () => {
    assert.deepEqual(meta({ labels: { a: '1' } }, { labels: { $patch: 'replace', b: '2' } }), {
      labels: { b: '2' },
    });
    assert.deepEqual(meta({ labels: { a: '1' } }, { labels: { $patch: 'delete' } }), { labels: {} });
    assert.deepEqual(meta({ labels: { a: '1' } }, { $patch: 'replace', name: 'x' }), { name: 'x' });
  });

  it('replaces lists without a merge strategy', () => {
    const document = { tolerations: [{ key: 'a' }, { key: 'b' }] };
    assert.deepEqual(spec(document, { tolerations: [{ key: 'c' }] }), { tolerations: [{ key: 'c' }] });
  });

  it('merges lists of structs by their key', () => {
    const document = {
      containers: [
        { name: 'a', image: '1' },
        { name: 'b', image: '1', args: ['x'] },
      ],
    };
    const patch = {
      containers: [
        { name: 'b', image: '2' },
        { name: 'c', image: '3' },
      ],
    };
    assert.deepEqual(spec(document, patch), {
      containers: [
        { name: 'a', image: '1' },
        { name: 'b', image: '2', args: ['x'] },
        { name: 'c', image: '3' },
      ],
    });
  });

  it('merges nested lists by their own keys', () => {
    const document = {
      containers: [
        {
          name: 'a',
          ports: [{ containerPort: 80, name: 'http' }],
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '1' },
          ],
        },
      ],
    };
    const patch = {
      containers: [
        {
          name: 'a',
          ports: [{ containerPort: 80, protocol: 'TCP' }, { containerPort: 90 }],
          env: [
            { name: 'A', $patch: 'delete' },
            { name: 'B', value: null, valueFrom: { fieldRef: { fieldPath: 'x' } } },
          ],
        },
      ],
    };
    assert.deepEqual(spec(document, patch), {
      containers: [
        {
          name: 'a',
          ports: [{ containerPort: 80, name: 'http', protocol: 'TCP' }, { containerPort: 90 }],
          env: [{ name: 'B', valueFrom: { fieldRef: { fieldPath: 'x' } } }],
        },
      ],
    });
  });

  it('deletes elements, and replaces a list that has an element that says so', () => {
    const document = { containers: [{ name: 'a' }, { name: 'b' }] };
    assert.deepEqual(
      spec(document, {
        containers: [
          { name: 'a', $patch: 'delete' },
          { name: 'z', $patch: 'delete' },
        ],
      }),
      {
        containers: [{ name: 'b' }],
      },
    );
    assert.deepEqual(spec(document, { containers: [{ $patch: 'replace' }, { name: 'c' }] }), {
      containers: [{ name: 'c' }],
    });
    assert.deepEqual(spec(document, { containers: [{ $patch: 'replace' }] }), { containers: [] });
    assert.deepEqual(
      spec(
        {},
        {
          containers: [
            { name: 'a', $patch: 'delete' },
            { name: 'b', image: null },
          ],
        },
      ),
      {
        containers: [{ name: 'b' }],
      },
    );
  });

  it('adds to and deletes from lists of scalars', () => {
    assert.deepEqual(meta({ finalizers: ['a', 'b'] }, { finalizers: ['c', 'a'] }), {
      finalizers: ['c', 'a', 'b'],
    });
    assert.deepEqual(
      meta({ finalizers: ['a', 'b', 'c'] }, { '$deleteFromPrimitiveList/finalizers': ['b', 'z'] }),
      {
        finalizers: ['a', 'c'],
      },
    );
    assert.deepEqual(meta({}, { '$deleteFromPrimitiveList/finalizers': ['b'] }), {});
  });

  it('puts a list into the order of $setElementOrder, server-only elements before what followed them', () => {
    const document = { containers: [{ name: '1' }, { name: '2' }, { name: '3' }, { name: 'server' }] };
    const order = (...names: string[]): object[] => names.map((name) => ({ name }));
    assert.deepEqual(spec(document, { '$setElementOrder/containers': order('3', '1', '2') }), {
      containers: order('3', '1', '2', 'server'),
    });
    assert.deepEqual(spec(document, { '$setElementOrder/containers': order('1', '3') }), {
      containers: order('1', '2', '3', 'server'),
    });
    assert.deepEqual(
      spec(document, {
        '$setElementOrder/containers': order('new', '2', '1'),
        containers: [
          { name: 'new', image: 'n' },
          { name: '3', $patch: 'delete' },
        ],
      }),
      { containers: [{ name: 'new', image: 'n' }, { name: '2' }, { name: '1' }, { name: 'server' }] },
    );
    assert.deepEqual(
      meta(
        { finalizers: ['a', 'b', 'server'] },
        {
          '$setElementOrder/finalizers': ['c', 'a'],
          finalizers: ['c'],
          '$deleteFromPrimitiveList/finalizers': ['b'],
        },
      ),
      { finalizers: ['c', 'a', 'server'] },
    );
    assert.deepEqual(meta({}, { '$setElementOrder/finalizers': ['a'] }), {});
    assert.deepEqual(spec({}, { '$setElementOrder/containers': order('a'), containers: order('a') }), {
      containers: order('a'),
    });
  });

  it('refuses a list that $setElementOrder does not name', () => {
    assert.throws(
      () => spec({}, { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'b' }] }),
      (error) => error instanceof StatusError && error.code === 400,
    );
  });

  it('clears what $retainKeys does not name', () => {
    const deployment = (document: unknown, patch: unknown): unknown =>
      strategic('V1DeploymentSpec', document, patch);
    assert.deepEqual(
      deployment(
        { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
        { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
      ),
      { strategy: { type: 'Recreate' } },
    );
    assert.deepEqual(
      spec(
        { volumes: [{ name: 'v', emptyDir: {} }] },
        { volumes: [{ $retainKeys: ['name', 'hostPath'], name: 'v', hostPath: { path: '/x' } }] },
      ),
      { volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
    );
    assert.throws(
      () => deployment({ strategy: {} }, { strategy: { $retainKeys: ['type'], rollingUpdate: {} } }),
      /invalid patch format of retainKeys/,
    );
  });

  it('replaces a struct whose strategy is replace', () => {
    assert.deepEqual(
      strategic(
        'V1PodDisruptionBudgetSpec',
        { selector: { matchLabels: { a: '1' } }, minAvailable: 1 },
        { selector: { matchLabels: { b: '2' } } },
      ),
      { selector: { matchLabels: { b: '2' } }, minAvailable: 1 },
    );
  });

  it('replaces a value of another type', () => {
    assert.deepEqual(spec({ containers: 'x' }, { containers: [{ name: 'a' }] }), {
      containers: [{ name: 'a' }],
    });
    assert.deepEqual(meta({ labels: { a: '1' } }, { labels: 'x' }), { labels: 'x' });
  });

  it('refuses unknown directives, elements without their key, and what is no object', () => {
    for (const attempt of [
      () => meta({ labels: {} }, { labels: { $patch: 'frob' } }),
      () => spec({ containers: [{ name: 'a' }] }, { containers: [{ image: 'b' }] }),
      () => spec({ containers: [{ name: 'a' }] }, { containers: [{ $patch: 'delete' }] }),
      () => meta({ finalizers: ['a'] }, { '$deleteFromPrimitiveList/finalizers': 'a' }),
      () => meta({}, []),
    ]) {
      assert.throws(attempt, (error) => error instanceof StatusError && error.code === 400);
    }
  });

  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const container = fc.record(
    { name, image: fc.constantFrom('1', '2', null), args: fc.array(name) },
    { requiredKeys: ['name'], noNullPrototype: true },
  );
  const podSpec = fc.record(
    {
      containers: fc.uniqueArray(container, { selector: (each) => each.name }),
      nodeSelector: fc.dictionary(name, fc.option(name), { noNullPrototype: true }),
      hostname: fc.option(name),
    },
    { requiredKeys: [], noNullPrototype: true },
  );

  it('changes neither input and is idempotent', () => {
    fc.assert(
      fc.property(podSpec, podSpec, (document, patch) => {
        const start = spec({}, document);
        const [startBefore, patchBefore] = [cloneJson(start), cloneJson(patch)];
        const once = spec(start, patch);
        assert.deepEqual(spec(once, patch), once);
        assert.deepEqual([start, patch], [startBefore, patchBefore]);
      }),
    );
  });

  it('keeps every element of the server that the patch does not name, in its order', () => {
    fc.assert(
      fc.property(podSpec, podSpec, (document, patch) => {
        const start = spec({}, document) as { containers?: { name: string }[] };
        const result = spec(start, patch) as { containers?: { name: string }[] };
        const named = new Set<string>((patch.containers ?? []).map((each) => each.name));
        const others = (list: { name: string }[] = []): string[] =>
          list.map((each) => each.name).filter((each) => !named.has(each));
        assert.deepEqual(others(result.containers), others(start.containers));
        const patched = (result.containers ?? []).map((each) => each.name).filter((each) => named.has(each));
        assert.deepEqual(patched, [...named]);
      }),
    );
  });
});

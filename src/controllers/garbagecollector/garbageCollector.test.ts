import assert from 'node:assert/strict';
import fc from 'fast-check';
import { kinds } from '../../api/kinds/index.ts';
import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { configMaps, events, namespaces, pods } from '../../api/resources.ts';
import type { ConfigMap } from '../../api/types.ts';
import { storedResources } from '../../apiserver/resources/stored.ts';
import { LiveResources } from '../../apiserver/resources/table.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { garbageCollector } from './garbageCollector.ts';
import { DependencyGraph, judge, type OwnerState } from './graph.ts';

const resources = storedResources(new LiveResources(kinds));
const entry = {
  name: 'garbagecollector',
  account: 'generic-garbage-collector',
  create: garbageCollector(resources),
};

describe('garbageCollector', () => {
  let cluster: ControlledCluster;

  beforeEach(async () => {
    cluster = await startControlledCluster({ controllers: [entry], kubelet: false });
  });
  afterEach(() => cluster.stop());

  const names = () =>
    cluster
      .list(configMaps, 'd')
      .map((object) => object.metadata.name)
      .sort();
  const refTo = (owner: KubeObject, extra: Partial<OwnerReference> = {}) => ({
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    ...extra,
  });
  const make = (name: string, ownerReferences: ReturnType<typeof refTo>[] = [], finalizers: string[] = []) =>
    cluster.client.create(configMaps, { metadata: { name, namespace: 'd', ownerReferences, finalizers } });
  const remove = (name: string, propagationPolicy?: 'Orphan' | 'Background' | 'Foreground') =>
    cluster.client.delete(
      configMaps,
      { namespace: 'd', name },
      propagationPolicy === undefined ? {} : { propagationPolicy },
    );
  const get = (name: string): ConfigMap | undefined => cluster.get(configMaps, 'd', name);
  const owners = (name: string) =>
    (get(name)?.metadata.ownerReferences ?? []).map((reference) => reference.name);

  it('deletes what has lost its owner, all the way down', async () => {
    const a = await make('a');
    const b = await make('b', [refTo(a)]);
    await make('c', [refTo(b)]);
    await make('other');
    await remove('a', 'Background');
    await cluster.until('a chain is gone', () => names().join() === 'other');
  });

  it('deletes what is made for an owner that has never been, or is another object now', async () => {
    const a = await make('a');
    const ghost = { apiVersion: 'v1', kind: 'ConfigMap', name: 'ghost', uid: 'ghost-uid' };
    await make('b', [ghost]);
    await make('c', [refTo(a, { uid: 'former-uid' })]);
    await cluster.until('both are gone', () => names().join() === 'a');
  });

  it('leaves alone what is owned by a kind that is not served', async () => {
    await make('a', [{ apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'w-uid' }]);
    const b = await make('b');
    await make('c', [refTo(b)]);
    await remove('b');
    await cluster.until('the other is gone', () => names().join() === 'a');
  });

  it('orphans: dependents stay and lose the reference, then the owner goes', async () => {
    const a = await make('a');
    const b = await make('b');
    await make('both', [refTo(a), refTo(b)]);
    await make('one', [refTo(a)]);
    await remove('a', 'Orphan');
    await cluster.until('the owner is gone', () => get('a') === undefined);
    assert.deepEqual(names(), ['b', 'both', 'one']);
    assert.deepEqual([owners('both'), owners('one')], [['b'], []]);
  });

  it('in the foreground, keeps the owner until what blocks it has gone', async () => {
    const a = await make('a');
    await make('blocking', [refTo(a, { blockOwnerDeletion: true })], ['example.com/hold']);
    await make('free', [refTo(a)]);
    await remove('a', 'Foreground');
    await cluster.until(
      'the dependents are being deleted',
      () => get('blocking')?.metadata.deletionTimestamp !== undefined && get('free') === undefined,
    );
    assert.ok(get('a')?.metadata.deletionTimestamp !== undefined);
    await cluster.client.patch(
      configMaps,
      { namespace: 'd', name: 'blocking' },
      'application/merge-patch+json',
      {
        metadata: { finalizers: null },
      },
    );
    await cluster.until('all is gone', () => names().length === 0);
  });

  it('keeps what another owner keeps, and takes the other reference away', async () => {
    const [a, b] = [await make('a'), await make('b')];
    await make('c', [refTo(a, { blockOwnerDeletion: true }), refTo(b)]);
    await remove('a', 'Foreground');
    await cluster.until('the owner is gone', () => get('a') === undefined);
    assert.deepEqual(owners('c'), ['b']);
    assert.equal(get('c')!.metadata.deletionTimestamp, undefined);
  });

  it('breaks a circle of owners that block each other', async () => {
    const a = await make('a');
    const b = await make('b', [refTo(a, { controller: true, blockOwnerDeletion: true })]);
    const c = await make('c', [refTo(b, { controller: true, blockOwnerDeletion: true })]);
    await cluster.client.patch(configMaps, { namespace: 'd', name: 'a' }, 'application/merge-patch+json', {
      metadata: { ownerReferences: [refTo(c, { controller: true, blockOwnerDeletion: true })] },
    });
    await remove('a', 'Foreground');
    await cluster.until('the circle is gone', () => names().length === 0);
  });

  it('works across kinds and leaves the same name in another namespace alone', async () => {
    const a = await make('a');
    await cluster.client.create(configMaps, { metadata: { name: 'a', namespace: 'e' } });
    const spec = { containers: [{ name: 'c', image: 'x' }] };
    await cluster.client.create(pods, {
      metadata: { name: 'p', namespace: 'd', ownerReferences: [refTo(a)] },
      spec,
    });
    await cluster.client.create(pods, {
      metadata: { name: 'q', namespace: 'e', ownerReferences: [refTo(a)] },
      spec,
    });
    // The owner is not in the second pod's namespace: for it, it is absent.
    await cluster.until('the stray is gone', () => cluster.list(pods, 'e').length === 0);
    await remove('a');
    await cluster.until('the dependent is gone', () => cluster.list(pods, 'd').length === 0);
    assert.ok(cluster.get(configMaps, 'e', 'a') !== undefined);
  });

  it('says of what names an owner in another namespace why it goes', async () => {
    const owner = await cluster.client.create(configMaps, { metadata: { name: 'a', namespace: 'other' } });
    await make('b', [refTo(owner)]);
    await cluster.until('it is gone', () => names().length === 0);
    await cluster.until('it is told', () => cluster.list(events, 'd').length === 1);
    const [told] = cluster.list(events, 'd');
    assert.equal(told?.reason, 'OwnerRefInvalidNamespace');
    assert.equal(told.type, 'Warning');
    assert.equal(
      told.message,
      `ownerRef [v1/ConfigMap, namespace: d, name: a, uid: ${owner.metadata.uid}] does not exist in namespace "d"`,
    );
    assert.ok(cluster.get(configMaps, 'other', 'a') !== undefined);
  });

  it('leaves a cluster-scoped object alone that names a namespaced owner, and says so', async () => {
    const a = await make('a');
    await cluster.client.create(namespaces, { metadata: { name: 'n', ownerReferences: [refTo(a)] } });
    await cluster.until('an event', () =>
      cluster.list(events).some((e) => e.reason === 'OwnerRefInvalidNamespace'),
    );
    await remove('a');
    const marker = await make('marker');
    await make('gone', [refTo(marker, { uid: 'another' })]);
    await cluster.until('the collector has come by', () => names().join() === 'marker');
    assert.equal(
      cluster.list(namespaces).find((each) => each.metadata.name === 'n')?.metadata.deletionTimestamp,
      undefined,
    );
  });

  it('leaves exactly what an owner or nobody owns, after any deletions', async function () {
    this.timeout(30_000);
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uniqueArray(fc.nat(9), { maxLength: 2 }), { minLength: 3, maxLength: 10 }),
        fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 4 }),
        async (parents, deletions) => {
          round += 1;
          const id = (i: number): string => `r${round}-${i}`;
          const made: ConfigMap[] = [];
          const links = parents.map((wanted, i) => wanted.filter((parent) => parent < i));
          for (const [i, link] of links.entries()) {
            made.push(
              await make(
                id(i),
                link.map((parent) => refTo(made[parent]!)),
              ),
            );
          }
          const gone = new Set(deletions.filter((i) => i < made.length));
          for (const i of gone) await remove(id(i), 'Background').catch(() => undefined);
          for (const [i, link] of links.entries()) {
            if (link.length > 0 && link.every((parent) => gone.has(parent))) gone.add(i);
          }
          const expected = made
            .map((_, i) => i)
            .filter((i) => !gone.has(i))
            .map(id)
            .sort();
          await cluster.until(
            `only ${expected.join()} are left`,
            () =>
              names()
                .filter((name) => name.startsWith(`r${round}-`))
                .join() === expected.join(),
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('judge', () => {
  const object = (uid: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: uid, namespace: 'd', uid, resourceVersion: '1', creationTimestamp: '', ...metadata },
  });
  const owned = (...uids: string[]) => ({
    ownerReferences: uids.map((uid) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid })),
  });
  const verdictOn = (
    target: KubeObject,
    states: Record<string, OwnerState> = {},
    others: KubeObject[] = [],
  ) => {
    const graph = new DependencyGraph();
    for (const each of [target, ...others]) graph.put(configMaps, each);
    const verdict = judge(graph, graph.get(target.metadata.uid)!, ({ uid }) => states[uid] ?? 'solid');
    return 'dependents' in verdict
      ? { type: verdict.type, dependents: verdict.dependents.map((node) => node.object.metadata.uid) }
      : verdict;
  };
  const ending = (...finalizers: string[]) => ({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers });

  const table: [string, ReturnType<typeof verdictOn>, unknown][] = [
    ['nothing without owners', verdictOn(object('a')), { type: 'nothing' }],
    ['nothing while all owners are there', verdictOn(object('a', owned('o'))), { type: 'nothing' }],
    [
      'drop the absent one of two owners',
      verdictOn(object('a', owned('o', 'p')), { o: 'absent' }),
      { type: 'drop', owners: ['o'] },
    ],
    [
      'delete when all are absent',
      verdictOn(object('a', owned('o')), { o: 'absent' }),
      { type: 'delete', policy: 'Background', unblock: false },
    ],
    [
      'delete with the policy that a finalizer asks for',
      verdictOn(object('a', { ...owned('o'), finalizers: ['orphan'] }), { o: 'absent' }),
      { type: 'delete', policy: 'Orphan', unblock: false },
    ],
    [
      'delete in the foreground what has dependents and an owner that waits',
      verdictOn(object('a', owned('o')), { o: 'waiting' }, [object('d', owned('a'))]),
      { type: 'delete', policy: 'Foreground', unblock: false },
    ],
    [
      'nothing about what is being deleted',
      verdictOn(object('a', { ...owned('o'), ...ending() }), { o: 'absent' }),
      { type: 'nothing' },
    ],
    [
      'orphan the dependents where the finalizer says so',
      verdictOn(object('a', ending('orphan')), {}, [object('d', owned('a'))]),
      { type: 'orphan', dependents: ['d'] },
    ],
    [
      'release when nothing blocks',
      verdictOn(object('a', ending('foregroundDeletion')), {}, [object('d', owned('a'))]),
      { type: 'release' },
    ],
  ];
  for (const [what, verdict, expected] of table) it(what, () => assert.deepEqual(verdict, expected));
});

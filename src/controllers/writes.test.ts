import assert from 'node:assert/strict';
import type { KubeObject } from '../api/meta.ts';
import { PendingWrites } from './writes.ts';

const object = (
  name: string,
  resourceVersion: string,
  extra: Partial<KubeObject['metadata']> = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'd', uid: name, resourceVersion, creationTimestamp: '', ...extra },
});

class Cache {
  resourceVersion = '10';
  readonly objects = new Map<string, KubeObject>();
  get(_namespace: string | undefined, name: string): KubeObject | undefined {
    return this.objects.get(name);
  }
  list(): readonly KubeObject[] {
    return [...this.objects.values()];
  }
  byIndex(): readonly KubeObject[] {
    return [];
  }
}

describe('PendingWrites', () => {
  it('has seen everything of a key that nothing was written for', () => {
    assert.equal(new PendingWrites(new Cache()).seen('k'), true);
  });

  it('waits until the cache has come to the revision of the last creation, compared as numbers', () => {
    const cache = new Cache();
    const writes = new PendingWrites<KubeObject>(cache);
    cache.resourceVersion = '9';
    writes.created('k', object('a', '101'));
    writes.created('k', object('b', '100'));
    assert.equal(writes.seen('k'), false);
    assert.equal(writes.seen('other'), true);
    cache.resourceVersion = '100';
    assert.equal(writes.seen('k'), false);
    cache.resourceVersion = '101';
    assert.equal(writes.seen('k'), true);
    cache.resourceVersion = '9';
    assert.equal(writes.seen('k'), true, 'what was seen is forgotten');
  });

  it('waits until the cache shows a deletion: marked, gone, or another object under the name', () => {
    const outcomes: ((cache: Cache) => unknown)[] = [
      (cache) => cache.objects.set('a', object('a', '11', { deletionTimestamp: 'now' })),
      (cache) => cache.objects.delete('a'),
      (cache) => cache.objects.set('a', object('a', '12', { uid: 'another' })),
    ];
    for (const outcome of outcomes) {
      const cache = new Cache();
      const writes = new PendingWrites<KubeObject>(cache);
      cache.objects.set('a', object('a', '5'));
      writes.deleted('k', object('a', '5'));
      assert.equal(writes.seen('k'), false);
      outcome(cache);
      assert.equal(writes.seen('k'), true);
    }
  });

  it('forgets a key on demand', () => {
    const cache = new Cache();
    const writes = new PendingWrites<KubeObject>(cache);
    cache.objects.set('a', object('a', '5'));
    writes.created('k', object('b', '99'));
    writes.deleted('k', object('a', '5'));
    writes.forget('k');
    assert.equal(writes.seen('k'), true);
  });
});

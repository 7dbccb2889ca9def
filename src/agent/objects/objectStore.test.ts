import assert from 'node:assert/strict';
import { type AgentWorld, startAgentWorld } from '../../../test/harness/agent.ts';
import { systemClock } from '../../base/clock.ts';
import { createDeferred } from '../../base/deferred.ts';
import { silentLogger } from '../../base/logger.ts';
import { configMaps } from '../../api/resources.ts';
import { createObjectStore, type ObjectStore } from './objectStore.ts';

describe('objectStore', () => {
  let world: AgentWorld;
  let objects: ObjectStore;
  const never = new AbortController().signal;
  const name = { namespace: 'default', name: 'settings' };
  const get = () => objects.get(configMaps, name.namespace, name.name, never);
  beforeEach(async () => {
    world = await startAgentWorld();
    objects = createObjectStore({ client: world.client, clock: systemClock, logger: silentLogger });
  });
  afterEach(async () => {
    await objects.stop();
    await world.stop();
  });

  it('reads what nobody watches', async () => {
    assert.equal(await get(), undefined);
    await world.client.create(configMaps, { metadata: { ...name }, data: { key: 'one' } });
    assert.equal((await get())?.data?.['key'], 'one');
  });

  it('follows what is watched: creation, change, deletion', async () => {
    let changed = createDeferred<undefined>();
    const next = async (): Promise<void> => {
      await changed.promise;
      changed = createDeferred();
    };
    const watch = objects.watch(configMaps, name.namespace, name.name, () => changed.resolve(undefined));
    assert.equal(await get(), undefined);
    await world.client.create(configMaps, { metadata: { ...name }, data: { key: 'one' } });
    await next();
    assert.equal((await get())?.data?.['key'], 'one');
    await world.client.patch(configMaps, name, 'application/merge-patch+json', { data: { key: 'two' } });
    await next();
    assert.equal((await get())?.data?.['key'], 'two');
    await world.client.delete(configMaps, name);
    await next();
    assert.equal(await get(), undefined);
    watch.dispose();
  });

  it('tells nothing of others, and nothing after disposal', async () => {
    const told: string[] = [];
    const first = objects.watch(configMaps, name.namespace, name.name, () => told.push('first'));
    const changed = createDeferred<undefined>();
    const second = objects.watch(configMaps, name.namespace, name.name, () => changed.resolve(undefined));
    await get();
    first.dispose();
    await world.client.create(configMaps, { metadata: { ...name, name: 'other' }, data: {} });
    await world.client.create(configMaps, { metadata: { ...name }, data: {} });
    await changed.promise;
    assert.deepEqual(told, []);
    second.dispose();
  });
});

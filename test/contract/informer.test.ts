import { configMaps } from '../../src/api/resources.ts';
import type { ConfigMap } from '../../src/api/types.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createDeferred } from '../../src/base/deferred.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { createInformerFactory } from '../../src/client/informerFactory.ts';
import { inProcessClient } from '../../src/client/inProcess.ts';
import { admin, startTestServer } from '../harness/apiServer.ts';
import { MemoryInformer } from '../harness/memoryCluster.ts';
import { informerContract, type InformerFixture } from './informer.suite.ts';

informerContract('of a server', async (): Promise<InformerFixture> => {
  const server = await startTestServer();
  const client = inProcessClient(server.handler, admin);
  const factory = createInformerFactory({ client, clock: systemClock, logger: silentLogger });
  const stop = new AbortController();
  const informer = factory.for(configMaps);
  /** Resolves when the informer has heard of the change that is made then. */
  const heard = async (change: () => Promise<unknown>): Promise<void> => {
    const changed = createDeferred<undefined>();
    const tell = (): void => changed.resolve(undefined);
    let isThere = false;
    const tellOfNews = (): void => {
      if (isThere) tell();
    };
    const handler = informer.addHandler({ onAdd: tellOfNews, onUpdate: tell, onDelete: tell });
    isThere = true;
    await change();
    await changed.promise;
    handler.dispose();
  };
  return {
    informer,
    async start() {
      factory.start(stop.signal);
      await factory.whenSynced(stop.signal);
    },
    put: (namespace, name, value) =>
      heard(async () => {
        const body = { metadata: { namespace, name }, data: { value } };
        if (informer.get(namespace, name) === undefined) await client.create(configMaps, body);
        else await client.update(configMaps, body);
      }),
    remove: (namespace, name) => heard(() => client.delete(configMaps, { namespace, name })),
    async dispose() {
      stop.abort();
      await factory.stopped();
      await server.stop();
    },
  };
});

informerContract('in memory', (): Promise<InformerFixture> => {
  const informer = new MemoryInformer<ConfigMap>();
  let revision = 1;
  return Promise.resolve({
    informer,
    start: () => Promise.resolve(),
    put(namespace, name, value) {
      informer.put({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          namespace,
          name,
          uid: name,
          resourceVersion: String(++revision),
          creationTimestamp: '2026-01-01T00:00:00Z',
        },
        data: { value },
      });
      return Promise.resolve();
    },
    remove(namespace, name) {
      informer.remove(namespace, name);
      return Promise.resolve();
    },
    dispose: () => Promise.resolve(),
  });
});

import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import { PassThrough } from 'node:stream';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { events, services } from '../api/resources.ts';
import type { Service } from '../api/types.ts';
import { inProcessClient } from '../client/inProcess.ts';
import type { Client } from '../client/contract.ts';
import { runControllers } from '../controllers/manager.ts';
import { admin, startTestServer, type TestServer } from '../../test/harness/apiServer.ts';
import { serviceController, type LocalListener } from './serviceController.ts';

/** A desktop whose ports are a map. */
class Desktop {
  readonly open = new Map<number, (socket: Duplex) => void>();
  readonly taken = new Set<number>();
  #next = 40_000;

  readonly listen = (port: number, onConnection: (socket: Duplex) => void): Promise<LocalListener> => {
    const chosen = port === 0 ? this.#next++ : port;
    if (this.taken.has(chosen) || this.open.has(chosen))
      return Promise.reject(new Error(`port ${chosen} is in use`));
    this.open.set(chosen, onConnection);
    return Promise.resolve({
      port: chosen,
      close: () => {
        this.open.delete(chosen);
        return Promise.resolve();
      },
    });
  };
}

describe('serviceController()', () => {
  let server: TestServer;
  let client: Client;
  let desktop: Desktop;
  let stop: AbortController;
  let running: Promise<void>;
  const dialled: string[] = [];

  beforeEach(async () => {
    server = await startTestServer();
    client = inProcessClient(server.handler, admin);
    desktop = new Desktop();
    dialled.length = 0;
    run();
  });

  afterEach(async () => {
    stop.abort();
    await running;
    assert.equal(desktop.open.size, 0, 'listeners are left');
    await server.stop();
  });

  function run(): void {
    stop = new AbortController();
    const create = serviceController({
      listen: desktop.listen,
      dial: (host, port) => {
        dialled.push(`${host}:${port}`);
        return Promise.resolve(new PassThrough());
      },
    });
    const options = { clientFor: () => client, clock: systemClock, logger: silentLogger };
    running = runControllers(
      { ...options, controllers: [{ name: 'service', account: 'service-controller', create }] },
      stop.signal,
    );
  }

  const make = (name: string, type = 'LoadBalancer'): Promise<Service> =>
    client.create(services, {
      metadata: { name, namespace: 'default' },
      spec: {
        type,
        clusterIP: '10.96.0.9',
        ports: [
          { port: 8080, protocol: 'TCP' },
          { name: 'dns', port: 53, protocol: 'UDP' },
        ].slice(0, 1),
      },
    });

  async function until(name: string, is: (service: Service) => boolean): Promise<Service> {
    const signal = AbortSignal.timeout(5_000);
    const list = await client.list(services);
    const found = list.items.find((item) => item.metadata.name === name && is(item));
    if (found !== undefined) return found;
    for await (const batch of client.watch(services, {
      resourceVersion: list.metadata.resourceVersion ?? '',
      signal,
    })) {
      for (const event of batch) {
        if (event.type !== 'BOOKMARK' && event.object.metadata.name === name && is(event.object))
          return event.object;
      }
    }
    assert.fail(`service ${name} did not become so`);
  }

  const portOf = (service: Service): number | undefined =>
    service.status?.loadBalancer?.ingress?.[0]?.ports?.[0]?.port;

  it('listens at the port of a LoadBalancer and dials its cluster address', async () => {
    await make('web');
    const service = await until('web', (s) => portOf(s) !== undefined);
    assert.equal(portOf(service), 8080);
    assert.equal(service.status?.loadBalancer?.ingress?.[0]?.hostname, 'localhost');
    desktop.open.get(8080)?.(new PassThrough());
    assert.deepEqual(dialled, ['10.96.0.9:8080']);
  });

  it('takes another port where the own one is taken, says so, and keeps it over a restart', async () => {
    desktop.taken.add(8080);
    await make('web');
    assert.equal(portOf(await until('web', (s) => portOf(s) !== undefined)), 40_000);
    stop.abort();
    await running;
    run();
    await until('web', () => desktop.open.size > 0 || desktop.taken.size > 0);
    const told = await client.list(events);
    assert.match(told.items[0]?.message ?? '', /8080.*127\.0\.0\.1:40000/);
  });

  it('stops listening when the service goes or is no LoadBalancer any more', async () => {
    const service = await make('web');
    await until('web', (s) => portOf(s) !== undefined);
    await client.patch(services, service.metadata, 'application/merge-patch+json', {
      spec: { type: 'ClusterIP' },
    });
    await until('web', (s) => portOf(s) === undefined);
    assert.equal(desktop.open.size, 0);
  });
});

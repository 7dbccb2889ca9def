import assert from 'node:assert/strict';
import { endpoints, endpointSlices, nodes, pods, services } from '../../api/resources.ts';
import type { Endpoints, EndpointSlice, Pod, Service } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { endpointSliceController } from '../endpointslice/endpointSlice.ts';
import { endpointSliceMirroringController } from '../endpointslice/mirroring.ts';
import { endpointsController } from './endpoints.ts';

const controllers = [
  { name: 'endpoints', account: 'endpoint-controller', create: endpointsController },
  { name: 'endpointslice', account: 'endpointslice-controller', create: endpointSliceController },
  {
    name: 'endpointslice-mirroring',
    account: 'endpointslicemirroring-controller',
    create: endpointSliceMirroringController,
  },
];

describe('endpoints and endpoint slices', () => {
  let cluster: ControlledCluster;

  beforeEach(async () => {
    cluster = await startControlledCluster({ controllers, kubelet: false });
  });
  afterEach(() => cluster.stop());

  const at = (name: string) => ({ namespace: 'shop', name });
  const service = (spec: Partial<NewObject<Service>['spec']> = {}): NewObject<Service> => ({
    metadata: { ...at('web'), labels: { team: 'a' } },
    spec: {
      selector: { app: 'web' },
      clusterIP: '10.96.0.10',
      ports: [{ port: 80, targetPort: 'http' }],
      ...spec,
    },
  });
  const pod = (name: string, extra: Partial<NewObject<Pod>['spec']> = {}, port = 8080): NewObject<Pod> => ({
    metadata: { ...at(name), labels: { app: 'web' } },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'c', image: 'x', ports: [{ name: 'http', containerPort: port }] }],
      ...extra,
    },
  });
  const run = (name: string, ip: string, ready: boolean) =>
    cluster.client.patch(
      pods,
      at(name),
      'application/merge-patch+json',
      {
        status: {
          phase: 'Running',
          podIP: ip,
          podIPs: [{ ip }],
          conditions: [
            { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-01-01T00:00:00Z' },
          ],
        },
      },
      { subresource: 'status' },
    );
  const object = (): Endpoints | undefined => cluster.get(endpoints, 'shop', 'web');
  const slices = (): readonly EndpointSlice[] => cluster.list(endpointSlices, 'shop');
  const shown = () =>
    slices()
      .flatMap((slice) => slice.endpoints ?? [])
      .map(
        ({ addresses, conditions }) =>
          `${addresses[0]} ${conditions?.ready}/${conditions?.serving}/${conditions?.terminating}`,
      )
      .sort();
  const ready = () => (object()?.subsets ?? []).flatMap((s) => s.addresses ?? []).map((a) => a.ip);
  const notReady = () => (object()?.subsets ?? []).flatMap((s) => s.notReadyAddresses ?? []).map((a) => a.ip);

  it('begin when an ExternalName becomes a ClusterIP', async () => {
    const external = {
      selector: { app: 'web' },
      type: 'ExternalName',
      externalName: 'elsewhere.example',
    } as const;
    await cluster.client.create(services, { metadata: at('web'), spec: external });
    await cluster.client.create(pods, pod('a'));
    await run('a', '10.244.1.5', true);
    await cluster.client.patch(services, at('web'), 'application/merge-patch+json', {
      spec: { type: 'ClusterIP', externalName: null, ports: [{ port: 80, targetPort: 'http' }] },
    });
    await cluster.until('endpoints', () => ready().join() === '10.244.1.5' && shown().length === 1);
  });

  it('follow a pod from not ready over ready to terminating and gone', async () => {
    await cluster.client.create(nodes, {
      metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'z1' } },
      spec: {},
    });
    await cluster.client.create(services, service());
    await cluster.until('empty objects', () => object() !== undefined && slices().length === 1);
    assert.deepEqual(object()!.subsets ?? [], []);
    assert.deepEqual(object()!.metadata.labels, {
      team: 'a',
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    });

    const created = await cluster.client.create(pods, pod('a'));
    await run('a', '10.1.0.1', false);
    await cluster.until(
      'not ready',
      () => notReady()[0] === '10.1.0.1' && shown()[0] === '10.1.0.1 false/false/false',
    );
    await run('a', '10.1.0.1', true);
    await cluster.until(
      'ready',
      () => ready()[0] === '10.1.0.1' && shown()[0] === '10.1.0.1 true/true/false',
    );

    const targetRef = { kind: 'Pod', namespace: 'shop', name: 'a', uid: created.metadata.uid };
    assert.deepEqual(object()!.subsets, [
      {
        addresses: [{ ip: '10.1.0.1', nodeName: 'n1', targetRef }],
        ports: [{ port: 8080, protocol: 'TCP' }],
      },
    ]);
    const [slice] = slices();
    assert.deepEqual(slice!.endpoints, [
      {
        addresses: ['10.1.0.1'],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: 'n1',
        targetRef,
        zone: 'z1',
      },
    ]);
    assert.deepEqual(slice!.ports, [{ name: '', port: 8080, protocol: 'TCP' }]);
    assert.deepEqual(slice!.metadata.labels, {
      team: 'a',
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    });
    assert.equal(slice!.metadata.ownerReferences![0]!.kind, 'Service');

    await cluster.client.delete(pods, at('a'), { gracePeriodSeconds: 30 });
    await cluster.until(
      'terminating',
      () => (object()!.subsets ?? []).length === 0 && shown()[0] === '10.1.0.1 false/true/true',
    );
    await cluster.client.delete(pods, at('a'), { gracePeriodSeconds: 0 });
    await cluster.until('gone', () => shown().length === 0);
    assert.equal(slices().length, 1);
  });

  it('keep pods with different numbers of a named port apart, and leave out pods without it', async () => {
    await cluster.client.create(services, service());
    for (const [name, port] of [
      ['a', 8080],
      ['b', 9090],
    ] as const) {
      await cluster.client.create(pods, pod(name, {}, port));
      await run(name, `10.1.0.${port}`.slice(0, 9), true);
    }
    await cluster.client.create(pods, pod('c', { containers: [{ name: 'c', image: 'x' }] }));
    await run('c', '10.1.0.3', true);
    const ports = () =>
      slices()
        .flatMap((s) => s.ports ?? [])
        .map((p) => p.port);
    await cluster.until('two subsets', () => object()?.subsets?.length === 2 && ports().includes(9090));
    assert.deepEqual(
      ports()
        .filter((port) => port !== undefined)
        .sort(),
      [8080, 9090],
    );
    assert.ok(!ready().includes('10.1.0.3'));
  });

  it('give pods of a headless Service their hostname, and not ready ones too where it says so', async () => {
    await cluster.client.create(
      services,
      service({ clusterIP: 'None', publishNotReadyAddresses: true, ports: [] }),
    );
    await cluster.client.create(pods, pod('a', { hostname: 'first', subdomain: 'web' }));
    await run('a', '10.1.0.1', false);
    await cluster.until(
      'published',
      () => ready()[0] === '10.1.0.1' && shown()[0] === '10.1.0.1 true/false/false',
    );
    assert.equal(object()!.subsets![0]!.addresses![0]!.hostname, 'first');
    assert.equal(slices().flatMap((s) => s.endpoints ?? [])[0]!.hostname, 'first');
    assert.equal(object()!.metadata.labels!['service.kubernetes.io/headless'], '');
    assert.ok(slices().every((s) => s.metadata.labels!['service.kubernetes.io/headless'] === ''));
  });

  it('follow labels and selectors, and come again when someone deletes them', async () => {
    await cluster.client.create(services, service());
    await cluster.client.create(pods, pod('a'));
    await run('a', '10.1.0.1', true);
    await cluster.until('ready', () => ready().length === 1 && shown().length === 1);
    await cluster.client.patch(pods, at('a'), 'application/merge-patch+json', {
      metadata: { labels: { app: 'x' } },
    });
    await cluster.until('no longer selected', () => ready().length === 0 && shown().length === 0);
    await cluster.client.patch(services, at('web'), 'application/merge-patch+json', {
      spec: { selector: { app: 'x' } },
    });
    await cluster.until('selected again', () => ready().length === 1 && shown().length === 1);
    await cluster.client.delete(endpoints, at('web'));
    for (const slice of slices()) await cluster.client.delete(endpointSlices, slice.metadata);
    await cluster.until('made again', () => ready().length === 1 && shown().length === 1);
    await cluster.client.delete(services, at('web'));
    await cluster.until('gone with the Service', () => object() === undefined);
  });

  it('puts 250 pods into three slices', async () => {
    await cluster.client.create(services, service());
    const names = Array.from({ length: 250 }, (_, i) => `p${i}`);
    await Promise.all(names.map((name) => cluster.client.create(pods, pod(name))));
    await Promise.all(names.map((name, i) => run(name, `10.1.${i >> 8}.${i & 255}`, true)));
    const sizes = () => slices().map((s) => (s.endpoints ?? []).filter((e) => e.conditions?.ready).length);
    await cluster.until('all are shown', () => sizes().reduce((a, b) => a + b, 0) === 250);
    assert.ok(Math.max(...sizes()) <= 100);
    assert.ok(sizes().length <= 5, `${sizes().length} slices`);
  });

  it('mirrors hand-made Endpoints of a Service without a selector, while they are there', async () => {
    const { selector: _, ...spec } = service().spec;
    await cluster.client.create(services, { metadata: at('web'), spec });
    await cluster.client.create(endpoints, {
      metadata: { ...at('web'), labels: { mine: 'yes' } },
      subsets: [
        { addresses: [{ ip: '192.0.2.1' }], notReadyAddresses: [{ ip: '192.0.2.2' }], ports: [{ port: 80 }] },
      ],
    });
    const addresses = () =>
      slices()
        .flatMap((s) => s.endpoints ?? [])
        .map((e) => `${e.addresses[0]} ${e.conditions?.ready}`);
    await cluster.until('mirrored', () => addresses().length === 2);
    assert.deepEqual(addresses().sort(), ['192.0.2.1 true', '192.0.2.2 false']);
    assert.equal(
      slices()[0]!.metadata.labels!['endpointslice.kubernetes.io/managed-by'],
      'endpointslicemirroring-controller.k8s.io',
    );
    await cluster.client.patch(endpoints, at('web'), 'application/merge-patch+json', {
      subsets: [{ addresses: [{ ip: '192.0.2.9' }], ports: [{ port: 80 }] }],
    });
    await cluster.until('followed', () => addresses().join() === '192.0.2.9 true');
    await cluster.client.delete(endpoints, at('web'));
    await cluster.until('gone', () => slices().length === 0);
  });
});

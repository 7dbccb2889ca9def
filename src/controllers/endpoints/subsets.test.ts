import assert from 'node:assert/strict';
import type { Pod, Service } from '../../api/types.ts';
import { subsetsOf } from './subsets.ts';

const service = (spec: object = {}): Service =>
  ({
    metadata: { name: 'web', namespace: 'd' },
    spec: { ports: [{ port: 80, targetPort: 8080 }], ...spec },
  }) as unknown as Service;
const pod = (
  id: number,
  extra: { ready?: boolean; phase?: string; ending?: boolean; ip?: string; spec?: object } = {},
): Pod =>
  ({
    metadata: {
      name: `p${id}`,
      namespace: 'd',
      uid: `u${id}`,
      ...(extra.ending === true ? { deletionTimestamp: 'now' } : {}),
    },
    spec: { containers: [], ...extra.spec },
    status: {
      phase: extra.phase ?? 'Running',
      podIP: extra.ip ?? `10.0.0.${id}`,
      conditions: [{ type: 'Ready', status: extra.ready === false ? 'False' : 'True' }],
    },
  }) as unknown as Pod;
const shown = (s: Service, pods: Pod[]) =>
  subsetsOf(s, pods).subsets.map((subset) => ({
    ready: (subset.addresses ?? []).map((a) => a.ip),
    notReady: (subset.notReadyAddresses ?? []).map((a) => a.ip),
    ports: (subset.ports ?? []).map((p) => p.port),
  }));

describe('subsetsOf', () => {
  it('is the same for the same pods in any order', () => {
    const pods = [pod(2), pod(1), pod(3, { ready: false })];
    assert.deepEqual(shown(service(), pods), [
      { ready: ['10.0.0.1', '10.0.0.2'], notReady: ['10.0.0.3'], ports: [8080] },
    ]);
    assert.deepEqual(subsetsOf(service(), pods), subsetsOf(service(), pods.toReversed()));
  });

  it('leaves out pods that have ended, that are on their way out, and that have no address', () => {
    const pods = [
      pod(1, { phase: 'Succeeded' }),
      pod(2, { phase: 'Failed' }),
      pod(3, { ending: true }),
      pod(4, { ip: '' }),
    ];
    assert.deepEqual(shown(service(), pods), []);
  });

  it('publishes what is not ready, or on its way out, where the Service says so', () => {
    const pods = [pod(1, { ready: false }), pod(2, { ending: true })];
    assert.deepEqual(shown(service({ publishNotReadyAddresses: true }), pods), [
      { ready: ['10.0.0.1', '10.0.0.2'], notReady: [], ports: [8080] },
    ]);
  });

  it('has no ports, only addresses, for a headless Service without ports', () => {
    assert.deepEqual(shown(service({ clusterIP: 'None', ports: [] }), [pod(1)]), [
      { ready: ['10.0.0.1'], notReady: [], ports: [] },
    ]);
    assert.deepEqual(shown(service({ ports: [] }), [pod(1)]), []);
  });

  it('finds a named port also in a sidecar, by its protocol', () => {
    const container = (protocol: string, containerPort: number) => ({
      name: 'c',
      ports: [{ name: 'dns', protocol, containerPort }],
    });
    const spec = {
      containers: [container('UDP', 53)],
      initContainers: [{ ...container('TCP', 54), restartPolicy: 'Always' }, container('TCP', 55)],
    };
    const ports = [
      { port: 1, targetPort: 'dns', protocol: 'TCP' },
      { port: 2, targetPort: 'dns', protocol: 'UDP', name: 'u' },
    ];
    assert.deepEqual(shown(service({ ports }), [pod(1, { spec })])[0]!.ports, [54, 53]);
  });

  it('is cut at a thousand addresses, ready ones stay', () => {
    const pods = Array.from({ length: 1100 }, (_, i) =>
      pod(i, { ready: i % 11 !== 0, ip: `10.0.${i >> 8}.${i & 255}` }),
    );
    const { subsets, overCapacity } = subsetsOf(service(), pods);
    assert.equal(overCapacity, true);
    assert.deepEqual([subsets[0]!.addresses!.length, subsets[0]!.notReadyAddresses], [1000, undefined]);
  });
});

import assert from 'node:assert/strict';
import type { Answer, RecordType } from 'dns-packet';
import { endpointSlices, services } from '../../api/resources.ts';
import { MemoryCluster } from '../../../test/harness/memoryCluster.ts';
import { makeService, makeSlice } from '../../../test/harness/serviceObjects.ts';
import { ClusterZone } from './clusterZone.ts';
import type { Reply } from './message.ts';

describe('ClusterZone', () => {
  const cluster = new MemoryCluster();
  const zone = new ClusterZone(cluster.informers, 'cluster.local', '10.96.0.10');
  const put = (service: Parameters<typeof makeService>, ...slice: Parameters<typeof makeSlice>): void => {
    cluster.informer(services).put(makeService(...service));
    cluster.informer(endpointSlices).put(makeSlice(...slice));
  };
  const ports = [
    { name: 'http', port: 80, protocol: 'TCP' },
    { name: 'dns', port: 53, protocol: 'UDP' },
  ];
  put(['web', '10.96.1.1', { ports }], 'web', ['10.244.1.5']);
  put(
    ['db', 'None', { clusterIPs: ['None'] }],
    'db',
    [
      { ip: '10.244.1.7', hostname: 'db-0' },
      { ip: '10.244.2.7', hostname: 'db-1' },
      { ip: '10.244.2.8' },
      { ip: '10.244.2.9', ready: false },
    ],
    { ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }] },
  );
  put(['dual', '10.96.1.2', { clusterIPs: ['10.96.1.2', 'fd00::1:2'] }], 'dual', []);
  put(['away', '', { type: 'ExternalName', externalName: 'Example.com' }], 'away', []);
  put(['idle', 'None', { clusterIPs: ['None'] }], 'idle', []);

  const ask = (name: string, type: RecordType = 'A'): Reply | undefined => zone.answer({ name, type });
  const text = (answer: Answer): string => {
    if (answer.type === 'SRV') return `${answer.data.port} ${answer.data.target}`;
    return 'data' in answer && typeof answer.data === 'string' ? answer.data : answer.type;
  };
  /** The data of the answers, or the code where there are none. */
  const told = (name: string, type: RecordType = 'A'): readonly string[] | string | undefined => {
    const found = ask(name, type);
    if (found === undefined) return undefined;
    if (found.answers.length > 0) return found.answers.map(text);
    assert.deepEqual(
      found.authorities.map(({ type: t, name: n }) => [t, n]),
      [['SOA', 'cluster.local']],
    );
    return found.rcode;
  };

  const cases: readonly [name: string, type: RecordType, expected: readonly string[] | string][] = [
    ['web.default.svc.cluster.local', 'A', ['10.96.1.1']],
    ['WEB.Default.svc.Cluster.Local.', 'A', ['10.96.1.1']],
    ['web.default.svc.cluster.local', 'AAAA', 'NOERROR'],
    ['web.default.svc.cluster.local', 'TXT', 'NOERROR'],
    ['dns-version.cluster.local', 'TXT', ['1.1.0']],
    ['dns-version.cluster.local', 'A', 'NOERROR'],
    ['dual.default.svc.cluster.local', 'A', ['10.96.1.2']],
    ['dual.default.svc.cluster.local', 'AAAA', ['fd00::1:2']],
    ['none.default.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['web.other.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['default.svc.cluster.local', 'A', 'NOERROR'],
    ['other.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['svc.cluster.local', 'A', 'NOERROR'],
    ['example.com.default.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['example.com.cluster.local', 'A', 'NXDOMAIN'],
    ['db.default.svc.cluster.local', 'A', ['10.244.1.7', '10.244.2.7', '10.244.2.8']],
    ['db-1.db.default.svc.cluster.local', 'A', ['10.244.2.7']],
    ['10-244-2-8.db.default.svc.cluster.local', 'A', ['10.244.2.8']],
    ['db-9.db.default.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['10-244-1-5.web.default.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['idle.default.svc.cluster.local', 'A', 'NOERROR'],
    ['_http._tcp.web.default.svc.cluster.local', 'SRV', ['80 web.default.svc.cluster.local']],
    ['_dns._udp.web.default.svc.cluster.local', 'SRV', ['53 web.default.svc.cluster.local']],
    ['_dns._tcp.web.default.svc.cluster.local', 'SRV', 'NXDOMAIN'],
    ['_tcp.web.default.svc.cluster.local', 'SRV', 'NOERROR'],
    [
      'web.default.svc.cluster.local',
      'SRV',
      ['80 web.default.svc.cluster.local', '53 web.default.svc.cluster.local'],
    ],
    [
      '_sql._tcp.db.default.svc.cluster.local',
      'SRV',
      [
        '5432 db-0.db.default.svc.cluster.local',
        '5432 db-1.db.default.svc.cluster.local',
        '5432 10-244-2-8.db.default.svc.cluster.local',
      ],
    ],
    ['away.default.svc.cluster.local', 'A', ['Example.com']],
    ['10-244-9-1.default.pod.cluster.local', 'A', ['10.244.9.1']],
    ['10-244-9-1.default.pod.cluster.local', 'AAAA', 'NOERROR'],
    ['10-244-9-999.default.pod.cluster.local', 'A', 'NXDOMAIN'],
    ['1.1.96.10.in-addr.arpa', 'PTR', ['web.default.svc.cluster.local']],
    ['7.2.244.10.in-addr.arpa', 'PTR', ['db-1.db.default.svc.cluster.local']],
    [
      '2.0.0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa',
      'PTR',
      ['dual.default.svc.cluster.local'],
    ],
    ['cluster.local', 'A', 'NOERROR'],
    ['cluster.local', 'NS', ['ns.dns.cluster.local']],
    ['cluster.local', 'SOA', ['SOA']],
    ['ns.dns.cluster.local', 'A', ['10.96.0.10']],
  ];
  for (const [name, type, expected] of cases) {
    it(`answers ${type} ${name} with ${String(expected)}`, () =>
      assert.deepEqual(told(name, type), expected));
  }

  it('leaves other names to others: outside the domain, and addresses that it does not know', () => {
    for (const name of ['example.com', 'notcluster.local', '1.2.3.4.in-addr.arpa', 'in-addr.arpa']) {
      assert.equal(ask(name), undefined, name);
    }
  });

  it('sends the addresses of SRV targets along', () => {
    const found = ask('_sql._tcp.db.default.svc.cluster.local', 'SRV');
    assert.deepEqual(found?.additionals.map(text), ['10.244.1.7', '10.244.2.7', '10.244.2.8']);
  });

  it('shows changes at once', () => {
    put(['moving', 'None', { clusterIPs: ['None'] }], 'moving', ['10.244.3.1']);
    assert.deepEqual(told('moving.default.svc.cluster.local'), ['10.244.3.1']);
    put(['moving', 'None', { clusterIPs: ['None'] }], 'moving', ['10.244.3.2']);
    assert.deepEqual(told('moving.default.svc.cluster.local'), ['10.244.3.2']);
    cluster.informer(services).remove('default', 'moving');
    assert.equal(told('moving.default.svc.cluster.local'), 'NXDOMAIN');
  });
});

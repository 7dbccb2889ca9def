import assert from 'node:assert/strict';
import { testContainer, testPod } from '../../../test/harness/agentPods.ts';
import type { Service } from '../../api/types.ts';
import { parseResolvConf, podDns } from './dnsConfig.ts';
import { expand } from './expansion.ts';
import { goDuration } from './goDuration.ts';
import { managedHosts } from './hostsFile.ts';
import { withDefaultTag } from './imageReference.ts';
import { podField, resourceField } from './podFields.ts';
import { credentialsFor } from './registryCredentials.ts';
import { oomScoreAdj } from './resources.ts';
import { cgroupParent, sandboxConfig } from './sandboxConfig.ts';
import { serviceEnvironment } from './serviceEnvironment.ts';

const cluster = {
  clusterName: 'test',
  clusterDomain: 'cluster.local',
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/16',
  dnsAddress: '10.96.0.10',
};
const host = { servers: ['8.8.8.8'], searches: ['example.com'], options: ['timeout:2'] };

describe('expand', () => {
  const values = new Map([
    ['A', 'one'],
    ['B', '$(A)'],
  ]);
  const lookup = (name: string): string | undefined => values.get(name);
  for (const [text, expected] of [
    ['plain', 'plain'],
    ['$(A)-$(A)', 'one-one'],
    ['$(UNKNOWN)', '$(UNKNOWN)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$one'],
    ['$(B)', '$(A)'],
    ['$A $', '$A $'],
    ['$(A', '$(A'],
  ] as const) {
    it(`makes ${expected} of ${text}`, () => assert.equal(expand(text, lookup), expected));
  }
});

describe('serviceEnvironment', () => {
  it('names host and ports of services with an address', () => {
    const service = (name: string, clusterIP: string): Service =>
      ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: 'default' },
        spec: {
          clusterIP,
          ports: [
            { name: 'web-1', port: 80, protocol: 'TCP' },
            { port: 53, protocol: 'UDP' },
          ],
        },
      }) as unknown as Service;
    const variables = serviceEnvironment([service('my-app', '10.96.0.7'), service('none', 'None')]);
    assert.deepEqual(Object.fromEntries(variables), {
      MY_APP_SERVICE_HOST: '10.96.0.7',
      MY_APP_SERVICE_PORT: '80',
      MY_APP_SERVICE_PORT_WEB_1: '80',
      MY_APP_PORT: 'tcp://10.96.0.7:80',
      MY_APP_PORT_80_TCP: 'tcp://10.96.0.7:80',
      MY_APP_PORT_80_TCP_PROTO: 'tcp',
      MY_APP_PORT_80_TCP_PORT: '80',
      MY_APP_PORT_80_TCP_ADDR: '10.96.0.7',
      MY_APP_PORT_53_UDP: 'udp://10.96.0.7:53',
      MY_APP_PORT_53_UDP_PROTO: 'udp',
      MY_APP_PORT_53_UDP_PORT: '53',
      MY_APP_PORT_53_UDP_ADDR: '10.96.0.7',
    });
  });
});

describe('podDns', () => {
  const searches = ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.com'];
  it('asks the cluster DNS with ClusterFirst', () => {
    assert.deepEqual(podDns(testPod(), cluster, host), {
      servers: ['10.96.0.10'],
      searches,
      options: ['ndots:5'],
    });
  });
  it('asks the host on the host network, unless it says ClusterFirstWithHostNet', () => {
    assert.deepEqual(podDns(testPod({ hostNetwork: true }), cluster, host), host);
    const pod = testPod({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' });
    assert.deepEqual(podDns(pod, cluster, host).servers, ['10.96.0.10']);
  });
  it('takes dnsConfig alone with None, and adds it otherwise', () => {
    const dnsConfig = {
      nameservers: ['1.1.1.1'],
      searches: ['own.example'],
      options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
    };
    assert.deepEqual(podDns(testPod({ dnsPolicy: 'None', dnsConfig }), cluster, host), {
      servers: ['1.1.1.1'],
      searches: ['own.example'],
      options: ['ndots:2', 'edns0'],
    });
    assert.deepEqual(podDns(testPod({ dnsConfig }), cluster, host), {
      servers: ['10.96.0.10', '1.1.1.1'],
      searches: [...searches, 'own.example'],
      options: ['ndots:2', 'edns0'],
    });
  });
  it('reads resolv.conf', () => {
    const text = '# comment\nnameserver 8.8.8.8\nsearch a.example b.example\noptions ndots:1 rotate\n';
    assert.deepEqual(parseResolvConf(text), {
      servers: ['8.8.8.8'],
      searches: ['a.example', 'b.example'],
      options: ['ndots:1', 'rotate'],
    });
  });
});

describe('withDefaultTag', () => {
  for (const [image, expected] of [
    ['busybox', { reference: 'busybox:latest' }],
    ['busybox:1', { reference: 'busybox:1' }],
    ['registry.example:5000/a/b', { reference: 'registry.example:5000/a/b:latest' }],
    [`a@sha256:${'0'.repeat(64)}`, { reference: `a@sha256:${'0'.repeat(64)}` }],
    [
      'UPPER',
      {
        error:
          'couldn\'t parse image name "UPPER": invalid reference format: repository name must be lowercase',
      },
    ],
    ['a b', { error: 'couldn\'t parse image name "a b": invalid reference format' }],
  ] as const) {
    it(`reads ${image}`, () => assert.deepEqual(withDefaultTag(image), expected));
  }
});

describe('podField and resourceField', () => {
  const pod = testPod({}, { metadata: { labels: { b: 'two', a: 'x"y' }, annotations: { 'k/v': 'note' } } });
  const sources = {
    podIPs: ['10.1.0.1', 'fd00::1'],
    hostIPs: ['192.168.0.2'],
    allocatable: { cpu: '4', memory: '1Gi' },
  };
  for (const [path, expected] of [
    ['metadata.name', 'web'],
    ["metadata.labels['b']", 'two'],
    ["metadata.annotations['k/v']", 'note'],
    ["metadata.labels['none']", ''],
    ["metadata.labels['constructor']", ''],
    ["metadata.annotations['valueOf']", ''],
    ['metadata.labels', 'a="x\\"y"\nb="two"'],
    ['status.podIP', '10.1.0.1'],
    ['status.podIPs', '10.1.0.1,fd00::1'],
    ['status.hostIPs', '192.168.0.2'],
    ['spec.containers', undefined],
  ] as const) {
    it(`gives ${path}`, () => assert.equal(podField(pod, path, sources), expected));
  }
  const container = testContainer('c', {
    resources: { limits: { cpu: '1250m' }, requests: { cpu: '250m', memory: '64Mi' } },
  });
  for (const [field, divisor, expected] of [
    ['limits.cpu', undefined, '2'],
    ['requests.cpu', '0', '1'],
    ['requests.cpu', '1m', '250'],
    ['requests.memory', undefined, '67108864'],
    ['requests.memory', '1Mi', '64'],
    ['limits.memory', '1Mi', '1024'],
    ['limits.constructor', undefined, '0'],
    ['volume', undefined, undefined],
  ] as const) {
    it(`gives ${field} by ${divisor ?? 'the default divisor'}`, () =>
      assert.equal(resourceField(container, field, divisor, sources.allocatable), expected));
  }
});

describe('registry credentials', () => {
  const secret = (auths: object) =>
    ({ data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') } }) as never;
  const auth = Buffer.from('me:pass:word').toString('base64');
  it('fit the registry of the image', () => {
    const both = secret({
      'https://index.docker.io/v1/': { auth },
      'ghcr.io': { username: 'u', password: 'p' },
    });
    assert.deepEqual(credentialsFor(both, 'busybox:1'), [{ username: 'me', password: 'pass:word' }]);
    assert.deepEqual(credentialsFor(both, 'ghcr.io/a/b:1'), [{ username: 'u', password: 'p' }]);
    assert.deepEqual(credentialsFor(both, 'quay.io/a/b:1'), []);
  });
  it('are none where the secret holds no JSON', () => {
    const broken = { data: { '.dockerconfigjson': Buffer.from('{').toString('base64') } } as never;
    assert.deepEqual(credentialsFor(broken, 'busybox'), []);
  });
});

describe('sandboxConfig', () => {
  const options = { logRoot: '/var/log/pods', cluster, resolver: host };
  it('puts the pod below its class', () => {
    const limits = { cpu: '1', memory: '1Gi' };
    const guaranteed = testPod({
      containers: [testContainer('a', { resources: { limits, requests: limits } })],
    });
    const burstable = testPod({
      containers: [testContainer('a', { resources: { requests: { cpu: '1' } } })],
    });
    assert.deepEqual([guaranteed, burstable, testPod()].map(cgroupParent), [
      '/kubepods/poduid-1',
      '/kubepods/burstable/poduid-1',
      '/kubepods/besteffort/poduid-1',
    ]);
    assert.deepEqual(
      [guaranteed, burstable, testPod()].map((pod) =>
        oomScoreAdj(pod, pod.spec.containers[0] ?? testContainer('a'), 4e9),
      ),
      [-997, 999, 1000],
    );
  });
  it('has no hostname on the host network, and is privileged with a container that is', () => {
    const container = testContainer('a', { securityContext: { privileged: true } });
    const config = sandboxConfig(testPod({ hostNetwork: true, containers: [container] }), 2, options);
    assert.deepEqual([config.hostname, config.security.privileged, config.attempt], ['', true, 2]);
  });
  it('cuts long host names and takes the whole one with setHostnameAsFQDN', () => {
    const long = testPod({}, { metadata: { name: `${'a'.repeat(62)}-${'b'.repeat(20)}` } });
    assert.equal(sandboxConfig(long, 0, options).hostname, 'a'.repeat(62));
    const pod = testPod({ hostname: 'h', subdomain: 's', setHostnameAsFQDN: true });
    assert.equal(sandboxConfig(pod, 0, options).hostname, 'h.s.default.svc.cluster.local');
    const tooLong = testPod({ hostname: 'h'.repeat(40), subdomain: 's', setHostnameAsFQDN: true });
    assert.throws(
      () => sandboxConfig(tooLong, 0, options),
      /FQDN h+\.s\.default\.svc\.cluster\.local is too long \(64 characters is the max, 68 characters requested\)/,
    );
  });
  it('takes another name, alone, where it is overridden', () => {
    const pod = testPod({ hostname: 'h', subdomain: 's', hostnameOverride: 'other.example' });
    assert.equal(sandboxConfig(pod, 0, options).hostname, 'other.example');
    assert.match(managedHosts(pod, ['10.1.0.5'], 'cluster.local'), /\n10\.1\.0\.5\tother\.example\n/);
  });
});

it('managedHosts has the pod by its names and its aliases', () => {
  const pod = testPod({ hostAliases: [{ ip: '1.2.3.4', hostnames: ['foo', 'bar'] }] });
  const text = managedHosts(pod, ['10.1.0.5'], 'cluster.local');
  assert.match(text, /^# Kubernetes-managed hosts file\.\n127\.0\.0\.1\tlocalhost\n/);
  assert.match(text, /\n10\.1\.0\.5\tweb\n/);
  assert.match(text, /\n# Entries added by HostAliases\.\n1\.2\.3\.4\tfoo\tbar\n$/);
});

it('goDuration writes as Go does', () => {
  assert.deepEqual([0.5, 320, 1500, 62_000, 3_600_000].map(goDuration), [
    '500µs',
    '320ms',
    '1.5s',
    '1m2s',
    '1h0m0s',
  ]);
});

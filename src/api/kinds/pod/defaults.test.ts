import assert from 'node:assert/strict';
import { defaulted } from '../../../../test/harness/kindRules.ts';
import { pullPolicyOf } from '../../podSpec/containerDefaults.ts';
import type { Deployment, Pod } from '../../types.ts';
import { deployment } from '../deployment/kind.ts';
import { pod } from './kind.ts';

const specOf = (spec: object): Pod['spec'] => defaulted<Pod>(pod, { spec }).spec;
const containerOf = (container: object, spec: object = {}): Pod['spec']['containers'][number] => {
  const [first] = specOf({ containers: [{ name: 'c', image: 'i:1', ...container }], ...spec }).containers;
  assert.ok(first);
  return first;
};

describe('defaults of pods', () => {
  it('fills in what upstream fills in', () => {
    assert.deepEqual(specOf({ containers: [{ name: 'c', image: 'busybox' }] }), {
      containers: [
        {
          name: 'c',
          image: 'busybox',
          imagePullPolicy: 'Always',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          resources: {},
        },
      ],
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      schedulerName: 'default-scheduler',
      enableServiceLinks: true,
    });
  });

  it('keeps what is given, zero where zero says something', () => {
    const spec = specOf({
      terminationGracePeriodSeconds: 0,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      containers: [],
    });
    assert.equal(spec.terminationGracePeriodSeconds, 0);
    assert.equal(spec.enableServiceLinks, false);
    assert.equal(spec.restartPolicy, 'Never');
  });

  it('takes the pull policy from the tag', () => {
    for (const image of ['a', 'a:latest', 'reg:5000/a', 'reg:5000/a/b:latest'])
      assert.equal(pullPolicyOf(image), 'Always', image);
    for (const image of ['a:1', 'reg:5000/a:v1', 'a@sha256:00', ''])
      assert.equal(pullPolicyOf(image), 'IfNotPresent', image);
  });

  it('requests what is limited, in pods and not in templates', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } };
    assert.deepEqual(containerOf({ resources }).resources?.requests, { cpu: '500m', memory: '1Gi' });
    const template = { spec: { containers: [{ name: 'c', image: 'i', resources }] } };
    const made = defaulted<Deployment>(deployment, { spec: { template } });
    assert.deepEqual(made.spec.template.spec?.containers[0]?.resources?.requests, { cpu: '500m' });
    assert.equal(made.spec.template.spec.enableServiceLinks, undefined);
  });

  it('requests for the pod what its containers do, else what it is limited to', () => {
    const requestsOf = (resources: object, more: object = {}): unknown =>
      specOf({
        resources,
        containers: [
          { name: 'a', image: 'i', resources: { requests: { cpu: '600m', 'ephemeral-storage': '1Gi' } } },
          { name: 'b', image: 'i', resources: { requests: { cpu: '600m' } } },
        ],
        ...more,
      }).resources?.requests;
    assert.deepEqual(requestsOf({ limits: { cpu: '2', memory: '1Gi', 'hugepages-2Mi': '2Mi' } }), {
      cpu: '1200m',
      memory: '1Gi',
      'hugepages-2Mi': '2Mi',
    });
    assert.deepEqual(requestsOf({ limits: { cpu: '2' }, requests: { cpu: '1500m' } }), { cpu: '1500m' });
    const initContainers = [
      { name: 's', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '1' } } },
      { name: 'i', image: 'i', resources: { requests: { cpu: '3' } } },
    ];
    assert.deepEqual(requestsOf({ limits: { cpu: '5' } }, { initContainers }), { cpu: '4' });
    assert.equal(requestsOf({}, { containers: [{ name: 'a', image: 'i' }] }), undefined);
  });

  it('gives ports their protocol, and their host port in the host network', () => {
    const ports = [{ containerPort: 80 }];
    assert.deepEqual(containerOf({ ports }).ports, [{ containerPort: 80, protocol: 'TCP' }]);
    assert.deepEqual(containerOf({ ports }, { hostNetwork: true }).ports, [
      { containerPort: 80, protocol: 'TCP', hostPort: 80 },
    ]);
  });

  it('completes probes and hooks', () => {
    const container = containerOf({
      readinessProbe: { httpGet: { port: 80 }, initialDelaySeconds: 0 },
      livenessProbe: { grpc: { port: 1 }, timeoutSeconds: 5 },
      lifecycle: { preStop: { httpGet: { port: 80, path: '/bye' } } },
    });
    const numbers = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
    assert.deepEqual(container.readinessProbe, {
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      ...numbers,
    });
    assert.deepEqual(container.livenessProbe, {
      grpc: { port: 1, service: '' },
      ...numbers,
      timeoutSeconds: 5,
    });
    assert.deepEqual(container.lifecycle?.preStop, { httpGet: { port: 80, path: '/bye', scheme: 'HTTP' } });
  });

  it('completes volumes', () => {
    const { volumes } = specOf({
      containers: [],
      volumes: [
        { name: 'a' },
        { name: 'b', hostPath: { path: '/x' } },
        { name: 'c', secret: { secretName: 's' } },
        { name: 'd', configMap: { name: 'm', defaultMode: 0 } },
        {
          name: 'e',
          projected: {
            sources: [
              { serviceAccountToken: { path: 't' } },
              { downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.name' } }] } },
            ],
          },
        },
      ],
    });
    assert.deepEqual(volumes, [
      { name: 'a', emptyDir: {} },
      { name: 'b', hostPath: { path: '/x', type: '' } },
      { name: 'c', secret: { secretName: 's', defaultMode: 420 } },
      { name: 'd', configMap: { name: 'm', defaultMode: 0 } },
      {
        name: 'e',
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { path: 't', expirationSeconds: 3600 } },
            {
              downwardAPI: {
                items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } }],
              },
            },
          ],
        },
      },
    ]);
  });

  it('drops what says nothing, as upstream stores it', () => {
    const spec = specOf({
      hostNetwork: false,
      nodeName: '',
      containers: [
        {
          name: 'c',
          image: 'i:1',
          tty: false,
          env: [{ name: 'A', value: '' }],
          ports: [{ containerPort: 1, hostPort: 0 }],
        },
      ],
    });
    assert.ok(!('hostNetwork' in spec) && !('nodeName' in spec));
    const [container] = spec.containers;
    assert.ok(container !== undefined && !('tty' in container));
    assert.deepEqual(container.env, [{ name: 'A' }]);
    assert.deepEqual(container.ports, [{ containerPort: 1, protocol: 'TCP' }]);
  });

  it('carries the old name of the service account along', () => {
    assert.equal(specOf({ containers: [], serviceAccount: 'a' }).serviceAccountName, 'a');
    assert.equal(
      specOf({ containers: [], serviceAccountName: 'b', serviceAccount: 'a' }).serviceAccount,
      'b',
    );
  });
});

import assert from 'node:assert/strict';
import type { KubeObject } from '../../api/meta.ts';
import { resource } from '../../api/resource.ts';
import { viewOf } from './index.ts';
import type { Look } from './kindView.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');

function look(group: string, plural: string, body: object): Look {
  const object = { metadata: { name: 'web', generation: 2 }, ...body } as unknown as KubeObject;
  return viewOf(resource(group, 'v1', plural, 'X', 'Namespaced')).look(object, NOW);
}

describe('how objects stand', () => {
  const cases: readonly (readonly [string, string, string, object, string, string?])[] = [
    [
      'apps',
      'deployments',
      'ready',
      { spec: { replicas: 2 }, status: { readyReplicas: 2, updatedReplicas: 2 } },
      '2/2 ready',
      'good',
    ],
    [
      'apps',
      'deployments',
      'rolling',
      { spec: { replicas: 2 }, status: { readyReplicas: 2, updatedReplicas: 1 } },
      '2/2 ready',
      'busy',
    ],
    [
      'apps',
      'deployments',
      'not seen yet',
      { spec: { replicas: 2 }, status: { readyReplicas: 2, updatedReplicas: 2, observedGeneration: 1 } },
      '2/2 ready',
      'busy',
    ],
    ['apps', 'deployments', 'scaled to none', { spec: { replicas: 0 }, status: {} }, '0/0 ready', 'neutral'],
    [
      'apps',
      'deployments',
      'paused',
      { spec: { replicas: 1, paused: true }, status: { readyReplicas: 1, updatedReplicas: 1 } },
      'paused, 1/1 ready',
      'good',
    ],
    [
      'apps',
      'deployments',
      'stuck',
      {
        spec: {},
        status: {
          conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
        },
      },
      'stuck, 0/1 ready',
      'bad',
    ],
    [
      'apps',
      'daemonsets',
      'ready',
      { status: { desiredNumberScheduled: 3, numberReady: 3, updatedNumberScheduled: 3 } },
      '3/3 ready',
      'good',
    ],
    [
      'apps',
      'statefulsets',
      'starting',
      { spec: { replicas: 3 }, status: { readyReplicas: 1, updatedReplicas: 1 } },
      '1/3 ready',
      'busy',
    ],
    [
      'batch',
      'jobs',
      'done',
      {
        spec: { completions: 2 },
        status: { succeeded: 2, conditions: [{ type: 'Complete', status: 'True' }] },
      },
      'Complete 2/2',
      'good',
    ],
    [
      'batch',
      'jobs',
      'failed',
      { status: { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] } },
      'BackoffLimitExceeded',
      'bad',
    ],
    [
      'batch',
      'cronjobs',
      'waiting',
      { spec: { schedule: '* * * * *' }, status: { lastScheduleTime: '2026-01-02T03:04:00Z' } },
      '* * * * *, last 5s ago',
      'good',
    ],
    [
      'batch',
      'cronjobs',
      'suspended',
      { spec: { schedule: '* * * * *', suspend: true } },
      'suspended, * * * * *',
      'neutral',
    ],
    [
      '',
      'services',
      'of a cluster',
      { spec: { ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }] } },
      '80, 53/UDP',
    ],
    [
      '',
      'services',
      'on nodes',
      { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] } },
      'NodePort 80:30080',
    ],
    [
      '',
      'services',
      'on the desktop',
      {
        spec: { type: 'LoadBalancer', ports: [{ port: 8080 }] },
        status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
      },
      'localhost:8080',
      'good',
    ],
    [
      '',
      'services',
      'without an address',
      { spec: { type: 'LoadBalancer', ports: [{ port: 8080 }] } },
      'LoadBalancer, no address yet',
      'busy',
    ],
    ['', 'configmaps', 'with data', { data: { a: '' }, binaryData: { b: '' } }, '2 keys'],
    [
      '',
      'persistentvolumeclaims',
      'bound',
      { status: { phase: 'Bound', capacity: { storage: '1Gi' } } },
      'Bound 1Gi',
      'good',
    ],
    [
      'example.com',
      'widgets',
      'ready',
      { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      'Ready',
      'good',
    ],
    [
      'example.com',
      'widgets',
      'failing',
      { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'NoDisk' }] } },
      'NoDisk',
      'bad',
    ],
  ];
  for (const [group, plural, what, body, description, health] of cases) {
    it(`${plural} ${what}: ${description}`, () => {
      const { description: text, health: is } = look(group, plural, body);
      assert.equal(text, description);
      assert.equal(is, health);
    });
  }

  it('says nothing of custom kinds without conditions', () => {
    assert.deepEqual(look('example.com', 'widgets', {}), {});
    assert.equal(viewOf(resource('constructor', 'v1', 'constructor', 'X', 'Cluster')).category, 'other');
  });
});

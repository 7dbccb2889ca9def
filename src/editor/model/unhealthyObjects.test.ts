import assert from 'node:assert/strict';
import type { KubeObject } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import type { InformerHandler } from '../../client/informer.ts';
import { UnhealthyObjects, type Watching } from './unhealthyObjects.ts';

/** A session that tells what a test lets it tell. */
function session() {
  const handlers = new Map<string, InformerHandler<KubeObject>>();
  const watching = {
    informer: ({ plural }: Resource) => ({
      addHandler(handler: InformerHandler<KubeObject>) {
        handlers.set(plural, handler);
        return { dispose: () => handlers.delete(plural) };
      },
    }),
  } as unknown as Watching;
  const object = (name: string, status: object): KubeObject =>
    ({
      metadata: { name, uid: name },
      spec: { containers: [{ name: 'a' }] },
      status,
    }) as unknown as KubeObject;
  return {
    watching,
    add: (plural: string, name: string, status: object) =>
      handlers.get(plural)?.onAdd?.(object(name, status)),
    change: (plural: string, name: string, status: object) =>
      handlers.get(plural)?.onUpdate?.(object(name, status), object(name, {})),
    remove: (plural: string, name: string) => handlers.get(plural)?.onDelete?.(object(name, {})),
  };
}

const UNSCHEDULABLE = {
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
};
const RUNNING = { phase: 'Running', containerStatuses: [{ name: 'a', ready: true, state: { running: {} } }] };
const STUCK = { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] };
const AWAY = { conditions: [{ type: 'Ready', status: 'Unknown' }] };

describe('UnhealthyObjects', () => {
  it('counts pods that no node takes, nodes that are away and rollouts that are stuck, until they are well', () => {
    const unhealthy = new UnhealthyObjects();
    const { watching, add, change, remove } = session();
    const following = unhealthy.follow(watching);
    let changes = 0;
    unhealthy.onDidChange(() => changes++);
    add('pods', 'web', RUNNING);
    assert.equal(unhealthy.describe(), '');
    add('pods', 'big', UNSCHEDULABLE);
    assert.equal(unhealthy.describe(), '1 pod is not well');
    add('nodes', 'dev-1', AWAY);
    assert.equal(unhealthy.describe(), '1 pod and 1 node are not well');
    add('deployments', 'api', STUCK);
    add('pods', 'huge', UNSCHEDULABLE);
    assert.equal(unhealthy.describe(), '2 pods, 1 node and 1 rollout are not well');
    assert.equal(unhealthy.count, 4);
    change('pods', 'big', RUNNING);
    remove('deployments', 'api');
    assert.equal(unhealthy.describe(), '1 pod and 1 node are not well');
    assert.equal(changes, 6);
    following.dispose();
    assert.equal(unhealthy.count, 0);
    unhealthy.dispose();
  });
});

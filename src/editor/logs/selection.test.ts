import assert from 'node:assert/strict';
import type { KubeObject } from '../../api/meta.ts';
import { configMaps, deployments, pods, services } from '../../api/resources.ts';
import { selectionOf } from './selection.ts';

const object = (spec: unknown): KubeObject => ({ metadata: { name: 'web' }, spec }) as unknown as KubeObject;

describe('selectionOf()', () => {
  it('is the name of a pod, and the selector of what has pods', () => {
    assert.deepEqual(selectionOf(pods, object({})), { fieldSelector: 'metadata.name=web' });
    const selector = {
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }],
    };
    assert.deepEqual(selectionOf(deployments, object({ selector })), {
      labelSelector: 'app=web,tier in (a,b)',
    });
    assert.deepEqual(selectionOf(services, object({ selector: { app: 'web' } })), {
      labelSelector: 'app=web',
    });
  });

  it('is none where nothing is chosen', () => {
    assert.equal(selectionOf(services, object({})), undefined);
    assert.equal(selectionOf(services, object({ selector: {} })), undefined);
    assert.equal(selectionOf(configMaps, object({ selector: { app: 'web' } })), undefined);
  });
});

import assert from 'node:assert/strict';
import { testPod } from '../../../test/harness/agentPods.ts';
import type { PodStatus } from '../../api/types.ts';
import { statusPatch, withStatus } from './statusPatch.ts';

const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' };

describe('statusPatch', () => {
  const patch = (old: PodStatus, wanted: PodStatus): unknown =>
    statusPatch(testPod({}, { status: old }), wanted);

  it('is undefined where nothing differs, transition times apart', () => {
    const later = { ...ready, lastTransitionTime: '2026-02-02T00:00:00Z' };
    assert.equal(
      patch({ phase: 'Running', conditions: [ready] }, { phase: 'Running', conditions: [later] }),
      undefined,
    );
  });

  it('carries what differs alone, and the uid', () => {
    assert.deepEqual(
      patch({ phase: 'Pending', hostIP: '1.1.1.1' }, { phase: 'Running', hostIP: '1.1.1.1' }),
      {
        metadata: { uid: 'uid-1' },
        status: { phase: 'Running' },
      },
    );
  });

  it('takes away what is gone', () => {
    assert.deepEqual(patch({ reason: 'Old', podIP: '10.0.0.1' }, {}), {
      metadata: { uid: 'uid-1' },
      status: { reason: null, podIP: null },
    });
  });

  it('replaces lists of addresses, which a strategic merge would join', () => {
    assert.deepEqual(patch({ podIPs: [{ ip: 'a' }] }, { podIPs: [{ ip: 'b' }] }), {
      metadata: { uid: 'uid-1' },
      status: { podIPs: [{ ip: 'b' }, { $patch: 'replace' }] },
    });
  });

  it('sends conditions that changed, with their reason and message taken back, and no others', () => {
    const gate = { type: 'example.com/gate', status: 'True' };
    const before = {
      conditions: [{ ...ready, status: 'False', reason: 'ContainersNotReady', message: 'm' }, gate],
    };
    assert.deepEqual(patch(before, { conditions: [ready] }), {
      metadata: { uid: 'uid-1' },
      status: { conditions: [{ ...ready, reason: null, message: null }] },
    });
  });
});

describe('withStatus', () => {
  it('shows what the patch would make: own fields as wanted, those of others as they are', () => {
    const gate = { type: 'example.com/gate', status: 'True' };
    const resizing = { type: 'PodResizePending', status: 'True' };
    const old: PodStatus = {
      phase: 'Pending',
      podIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }],
      nominatedNodeName: 'other',
      conditions: [{ ...ready, status: 'False' }, gate, resizing],
    };
    const base = testPod({}, { status: old });
    const made = withStatus(base, { phase: 'Running', conditions: [ready] });
    assert.deepEqual(made.status, {
      phase: 'Running',
      nominatedNodeName: 'other',
      conditions: [gate, ready],
    });
    assert.equal(statusPatch(made, { phase: 'Running', conditions: [ready] }), undefined);
    assert.deepEqual(base.status, old);
  });
});

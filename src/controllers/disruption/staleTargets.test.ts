import assert from 'node:assert/strict';
import { pods } from '../../api/resources.ts';
import type { Pod } from '../../api/types.ts';
import { startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { staleTargetsController, staleTime } from './staleTargets.ts';

const SINCE = '2026-01-01T00:00:00Z';
const target = (reason: string, status = 'True') => ({
  type: 'DisruptionTarget',
  status,
  reason,
  lastTransitionTime: SINCE,
});

describe('staleTargetsController', () => {
  it('takes the condition back from a pod that was never deleted', async () => {
    const cluster = await startControlledCluster({
      controllers: [
        {
          name: 'stale-disruption-targets',
          account: 'disruption-controller',
          create: staleTargetsController,
        },
      ],
      kubelet: false,
    });
    try {
      const name = { namespace: 'shop', name: 'p' };
      await cluster.client.create(pods, {
        metadata: name,
        spec: { containers: [{ name: 'c', image: 'i' }] },
      });
      await cluster.client.patch(
        pods,
        name,
        'application/strategic-merge-patch+json',
        { status: { conditions: [target('EvictionByEvictionAPI')] } },
        { subresource: 'status' },
      );
      const condition = () =>
        cluster.get(pods, 'shop', 'p')?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
      await cluster.until('the condition is false', () => condition()?.status === 'False');
      assert.equal(condition()?.reason, undefined);
    } finally {
      await cluster.stop();
    }
  });

  const pod = (condition: object, metadata: object = {}): Pod =>
    ({ metadata, status: { conditions: [condition] } }) as unknown as Pod;
  for (const [what, given, minutes] of [
    ['after two minutes', pod(target('EvictionByEvictionAPI')), 2],
    [
      'never while the pod goes',
      pod(target('EvictionByEvictionAPI'), { deletionTimestamp: SINCE }),
      undefined,
    ],
    ['never where the node itself ends the pod', pod(target('TerminationByKubelet')), undefined],
    ['never once it is taken back', pod(target('EvictionByEvictionAPI', 'False')), undefined],
  ] as const) {
    it(`is out of date ${what}`, () => {
      const expected = minutes === undefined ? undefined : Date.parse(SINCE) + minutes * 60_000;
      assert.equal(staleTime(given), expected);
    });
  }
});

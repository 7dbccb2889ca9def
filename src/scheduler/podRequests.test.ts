import assert from 'node:assert/strict';
import type { Container, Pod } from '../api/types.ts';
import { makePod } from '../../test/harness/memoryCluster.ts';
import { podRequests } from './podRequests.ts';

const MIB = 1024 * 1024;

const container = (
  cpu: string | undefined,
  memory: string | undefined,
  extra: Partial<Container> = {},
): Container => ({
  name: 'c',
  resources: {
    requests: { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) },
  },
  ...extra,
});
const sidecar = (cpu: string, memory: string): Container =>
  container(cpu, memory, { restartPolicy: 'Always' });

describe('podRequests', () => {
  const cases: readonly {
    readonly name: string;
    readonly spec: Partial<Pod['spec']>;
    readonly cpu: number;
    readonly memory: number;
    readonly nonZero?: readonly [cpu: number, memory: number];
  }[] = [
    {
      name: 'sums the containers',
      spec: { containers: [container('100m', '10Mi'), container('0.2', '20Mi')] },
      cpu: 300,
      memory: 30 * MIB,
    },
    {
      name: 'takes the largest init container where it is larger than the sum',
      spec: {
        containers: [container('100m', '10Mi')],
        initContainers: [container('500m', '5Mi'), container('50m', '40Mi')],
      },
      cpu: 500,
      memory: 40 * MIB,
    },
    {
      name: 'adds sidecars to the containers',
      spec: { containers: [container('100m', '10Mi')], initContainers: [sidecar('200m', '20Mi')] },
      cpu: 300,
      memory: 30 * MIB,
    },
    {
      name: 'adds to an init container only the sidecars that started before it',
      spec: {
        containers: [container('10m', '10Mi')],
        initContainers: [sidecar('100m', '1Mi'), container('1', '1Mi'), sidecar('300m', '1Mi')],
      },
      cpu: 1100,
      memory: 12 * MIB,
    },
    {
      name: 'adds overhead',
      spec: { containers: [container('100m', '10Mi')], overhead: { cpu: '50m', memory: '5Mi' } },
      cpu: 150,
      memory: 15 * MIB,
    },
    {
      name: 'lets pod-level requests replace the sum, one resource at a time',
      spec: { containers: [container('100m', '10Mi')], resources: { requests: { cpu: '2' } } },
      cpu: 2000,
      memory: 10 * MIB,
    },
    {
      name: 'counts 100m and 200 MiB for each container without a request when scoring',
      spec: { containers: [container(undefined, undefined), container('300m', undefined)] },
      cpu: 300,
      memory: 0,
      nonZero: [400, 400 * MIB],
    },
  ];
  for (const { name, spec, cpu, memory, nonZero } of cases) {
    it(name, () => {
      const requests = podRequests(makePod('p', spec));
      assert.equal(requests.cpu, cpu);
      assert.equal(requests.memory, memory);
      if (nonZero !== undefined) assert.deepEqual([requests.nonZeroCpu, requests.nonZeroMemory], nonZero);
    });
  }

  it('keeps extended resources apart', () => {
    const requests = podRequests(
      makePod('p', {
        containers: [
          { name: 'c', resources: { requests: { 'example.com/dongle': '2', 'ephemeral-storage': '1Gi' } } },
        ],
      }),
    );
    assert.deepEqual([...requests.scalar], [['example.com/dongle', 2]]);
    assert.equal(requests.ephemeralStorage, 1024 * MIB);
  });

  describe('of a pod that is resized from 2 to 1 or 8 CPUs', () => {
    const resized = (
      cpu: string,
      conditions: NonNullable<NonNullable<Pod['status']>['conditions']>,
    ): number => {
      const requests = { cpu: '2', memory: '1Gi' };
      const own = { name: 'c', image: 'i', imageID: '', ready: true, restartCount: 0 };
      const containerStatuses = [{ ...own, allocatedResources: requests, resources: { requests } }];
      return podRequests(
        makePod(
          'p',
          { containers: [container(cpu, '1Gi')] },
          { generation: 2 },
          { observedGeneration: conditions.length === 0 ? 1 : 2, containerStatuses, conditions },
        ),
      ).cpu;
    };
    const pending = (reason: string): { type: string; status: string; reason: string } => ({
      type: 'PodResizePending',
      status: 'True',
      reason,
    });

    it('counts what it still has before the node has looked at it', () => {
      assert.equal(resized('1', []), 2000);
    });

    it('counts what it wants while that is deferred, and what it has where it can never be', () => {
      assert.equal(resized('8', [pending('Deferred')]), 8000);
      assert.equal(resized('8', [pending('Infeasible')]), 2000);
    });

    it('counts what it has until the change is in force', () => {
      assert.equal(resized('1', [{ type: 'PodResizeInProgress', status: 'True' }]), 2000);
    });
  });
});

import assert from 'node:assert/strict';
import { attributesOf, podOf, readerOf, refusal } from '../../../../test/harness/admission.ts';
import { limitRanges, persistentVolumeClaims, pods } from '../../../api/resources.ts';
import { limitRanger } from './limitRanger.ts';

const range = (...limits: object[]) =>
  [limitRanges, { metadata: { name: 'r', namespace: 'ns' }, spec: { limits } }] as const;
const container = (name: string, resources?: object) => ({
  name,
  image: 'i',
  ...(resources === undefined ? {} : { resources }),
});

describe('LimitRanger', () => {
  it('fills in what containers leave out, and says so', async () => {
    const plugin = limitRanger(
      readerOf(
        range({
          type: 'Container',
          default: { cpu: '500m', memory: '500Mi' },
          defaultRequest: { cpu: '100m', memory: '200Mi' },
        }),
      ),
    );
    const pod = podOf({ containers: [container('a'), container('b', { requests: { memory: '1Mi' } })] });
    await plugin.mutate?.(attributesOf(pods, pod));
    assert.deepEqual(
      pod.spec.containers.map(({ resources }) => resources),
      [
        { limits: { cpu: '500m', memory: '500Mi' }, requests: { cpu: '100m', memory: '200Mi' } },
        { limits: { cpu: '500m', memory: '500Mi' }, requests: { cpu: '100m', memory: '1Mi' } },
      ],
    );
    assert.equal(
      pod.metadata.annotations?.['kubernetes.io/limit-ranger'],
      'LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a; cpu request for container b; cpu, memory limit for container b',
    );
  });

  const refused: readonly (readonly [string, object, object, string])[] = [
    [
      'too little',
      { type: 'Container', min: { cpu: '50m' } },
      { requests: { cpu: '10m' } },
      'minimum cpu usage per Container is 50m, but request is 10m',
    ],
    [
      'nothing where there is a least',
      { type: 'Container', min: { cpu: '50m' } },
      {},
      'minimum cpu usage per Container is 50m.  No request is specified',
    ],
    [
      'too much',
      { type: 'Container', max: { memory: '1Gi' } },
      { limits: { memory: '2Gi' } },
      'maximum memory usage per Container is 1Gi, but limit is 2Gi',
    ],
    [
      'no bound',
      { type: 'Pod', max: { memory: '1Gi' } },
      { requests: { memory: '1Mi' } },
      'maximum memory usage per Pod is 1Gi.  No limit is specified',
    ],
    [
      'too wide a span',
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      { requests: { cpu: '1' }, limits: { cpu: '3' } },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
  ];
  for (const [what, item, resources, why] of refused) {
    it(`refuses ${what}`, async () => {
      const plugin = limitRanger(readerOf(range(item)));
      const pod = podOf({ containers: [container('c', resources)] });
      assert.equal(await refusal(plugin, attributesOf(pods, pod)), `pods "p" is forbidden: ${why}`);
    });
  }

  it('adds a pod’s containers up, those that run one after the other by the largest', async () => {
    const plugin = limitRanger(readerOf(range({ type: 'Pod', max: { cpu: '2' } })));
    const one = { limits: { cpu: '1' } };
    const fits = podOf({
      containers: [container('a', one), container('b', one)],
      initContainers: [container('i', one)],
    });
    assert.equal(await refusal(plugin, attributesOf(pods, fits)), undefined);
    const many = podOf({ containers: ['a', 'b', 'c'].map((name) => container(name, one)) });
    assert.equal(
      await refusal(plugin, attributesOf(pods, many)),
      'pods "p" is forbidden: maximum cpu usage per Pod is 2, but limit is 3',
    );
  });

  it('holds claims to their size', async () => {
    const plugin = limitRanger(readerOf(range({ type: 'PersistentVolumeClaim', max: { storage: '1Gi' } })));
    const claim = {
      metadata: { name: 'c', namespace: 'ns' },
      spec: { resources: { requests: { storage: '2Gi' } } },
    };
    assert.equal(
      await refusal(plugin, attributesOf(persistentVolumeClaims, claim as never)),
      'persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi',
    );
  });
});

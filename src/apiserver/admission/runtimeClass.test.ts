import assert from 'node:assert/strict';
import { attributesOf, podOf, readerOf, refusal } from '../../../test/harness/admission.ts';
import { pods, runtimeClasses } from '../../api/resources.ts';
import type { Pod } from '../../api/types.ts';
import { runtimeClass } from './runtimeClass.ts';

describe('RuntimeClass', () => {
  const said = (spec: object): Promise<string | undefined> =>
    refusal(runtimeClass(readerOf()), attributesOf(pods, podOf(spec)));

  it('refuses a class that is not there', async () => {
    assert.equal(
      await said({ runtimeClassName: 'gvisor' }),
      'pods "p" is forbidden: pod rejected: RuntimeClass "gvisor" not found',
    );
  });

  it('refuses costs that no class gives', async () => {
    assert.equal(
      await said({ overhead: { cpu: '1' } }),
      'pods "p" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    );
  });

  it('leaves all other pods alone', async () => {
    assert.deepEqual([await said({}), await said({ overhead: {} })], [undefined, undefined]);
  });
});

describe('RuntimeClass that costs something and runs on some nodes', () => {
  const gvisor = {
    metadata: { name: 'gvisor' },
    handler: 'runsc',
    overhead: { podFixed: { cpu: '250m' } },
    scheduling: {
      nodeSelector: { runtime: 'gvisor' },
      tolerations: [{ key: 'gvisor', operator: 'Exists' }],
    },
  };
  const admitted = async (spec: object): Promise<{ said: string | undefined; spec: Pod['spec'] }> => {
    const pod = podOf({ runtimeClassName: 'gvisor', ...spec });
    const said = await refusal(runtimeClass(readerOf([runtimeClasses, gvisor])), attributesOf(pods, pod));
    return { said, spec: pod.spec };
  };

  it('gives pods all of that', async () => {
    const { said, spec } = await admitted({
      nodeSelector: { disk: 'ssd' },
      tolerations: [
        { key: 'gvisor', operator: 'Exists', effect: 'NoSchedule' },
        { key: 'a', value: 'b' },
      ],
    });
    assert.equal(said, undefined);
    assert.deepEqual(spec.overhead, { cpu: '250m' });
    assert.deepEqual(spec.nodeSelector, { disk: 'ssd', runtime: 'gvisor' });
    assert.deepEqual(spec.tolerations, [
      { key: 'a', value: 'b' },
      { key: 'gvisor', operator: 'Exists' },
    ]);
  });

  it('refuses pods that want it otherwise', async () => {
    assert.equal(
      (await admitted({ overhead: { cpu: '1' } })).said,
      "pods \"p\" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    );
    assert.equal(
      (await admitted({ nodeSelector: { runtime: 'kata' } })).said,
      'pods "p" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[runtime] = gvisor; pod.spec.nodeSelector[runtime] = kata',
    );
  });
});

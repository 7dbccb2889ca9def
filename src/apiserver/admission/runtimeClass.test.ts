import assert from 'node:assert/strict';
import { attributesOf, podOf, readerOf, refusal } from '../../../test/harness/admission.ts';
import { pods } from '../../api/resources.ts';
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

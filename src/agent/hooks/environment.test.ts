import assert from 'node:assert/strict';
import { testContainer, testPod } from '../../../test/harness/agentPods.ts';
import { inheritedKeys } from '../../../test/harness/builtIns.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Container } from '../../api/types.ts';
import type { ObjectStore } from '../objects/objectStore.ts';
import type { ContainerConfig } from '../runtime/contract.ts';
import type { ContainerContext, ContainerDraft } from './contract.ts';
import { environmentHook } from './environment.ts';

/** The variables of a container whose objects all have this data. */
async function environmentOf(container: Partial<Container>, data: object): Promise<ContainerConfig['env']> {
  const objects = { get: () => Promise.resolve({ data } as unknown as KubeObject) } as unknown as ObjectStore;
  const hook = environmentHook({
    objects,
    services: () => [],
    sources: () => ({ hostIPs: [], allocatable: {} }),
  });
  const made = testContainer('c', container);
  const context = { pod: testPod({ containers: [made] }), container: made, podIPs: [] };
  const draft = { config: { env: [] }, image: undefined };
  await hook.apply(
    { ...context, signal: new AbortController().signal } as unknown as ContainerContext,
    draft as unknown as ContainerDraft,
  );
  return draft.config.env;
}

describe('environment from ConfigMaps and Secrets', () => {
  const parse = (text: string): object => JSON.parse(text) as object;

  for (const [source, reference] of [
    ['configMapRef', 'configMapKeyRef'],
    ['secretRef', 'secretKeyRef'],
  ] as const) {
    const stored = (text: string): string =>
      source === 'secretRef' ? Buffer.from(text).toString('base64') : text;
    const data = parse(`{${inheritedKeys.map((key) => `"${key}":"${stored(`of ${key}`)}"`).join(',')}}`);

    it(`has every key of a ${source}, those too that objects inherit`, async () => {
      assert.deepEqual(
        await environmentOf({ envFrom: [{ [source]: { name: 'x' } }] }, data),
        inheritedKeys.map((name) => ({ name, value: `of ${name}` })),
      );
    });

    for (const key of inheritedKeys) {
      const env = (optional: boolean): Partial<Container> => ({
        env: [{ name: 'A', valueFrom: { [reference]: { name: 'x', key, optional } } }],
      });
      it(`finds ${key} by a ${reference} only where it is`, async () => {
        assert.deepEqual(await environmentOf(env(false), data), [{ name: 'A', value: `of ${key}` }]);
        assert.deepEqual(await environmentOf(env(true), {}), []);
        await assert.rejects(environmentOf(env(false), {}), new RegExp(`couldn't find key ${key}`));
      });
    }
  }
});

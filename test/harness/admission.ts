import assert from 'node:assert/strict';
import type { Draft, KubeObject } from '../../src/api/meta.ts';
import type { Resource } from '../../src/api/resource.ts';
import { StatusError } from '../../src/api/status.ts';
import type { Pod } from '../../src/api/types.ts';
import type {
  AdmissionAttributes,
  AdmissionPlugin,
  AdmissionReader,
} from '../../src/apiserver/admission/contract.ts';

/** Requests as an admission plugin sees them, in few words: by default a CREATE by Jane in the namespace `ns`. */
export function attributesOf(
  resource: Resource,
  object: object | undefined,
  more: Partial<AdmissionAttributes> = {},
): AdmissionAttributes {
  const draft = object as Draft | undefined;
  return {
    operation: 'CREATE',
    resource,
    kind: resource,
    subresource: '',
    namespace: resource.namespaced ? 'ns' : '',
    name: draft?.metadata.name ?? '',
    object: draft,
    old: undefined,
    user: { name: 'jane', groups: [] },
    options: {},
    dryRun: false,
    isReinvocation: false,
    replaceObject: () => assert.fail('no plugin here replaces the object'),
    warn: () => undefined,
    annotate: () => undefined,
    signal: () => new AbortController().signal,
    deadline: undefined,
    ...more,
  };
}

export const readerOf = (...objects: readonly (readonly [Resource, object])[]): AdmissionReader => ({
  get: ({ plural }, namespace, name) =>
    objects.find(([r, object]) => {
      const { metadata } = object as KubeObject;
      return r.plural === plural && metadata.name === name && (metadata.namespace ?? '') === namespace;
    })?.[1] as KubeObject | undefined,
  list: ({ plural }) =>
    objects.filter(([r]) => r.plural === plural).map(([, object]) => object as KubeObject),
  catchUp: () => Promise.resolve(),
});

/** Undefined for admitted, else the message of the refusal. */
export async function refusal(
  plugin: AdmissionPlugin,
  attributes: AdmissionAttributes,
): Promise<string | undefined> {
  if (!plugin.handles(attributes)) return undefined;
  try {
    await plugin.mutate?.(attributes);
    await plugin.validate?.(attributes);
    await plugin.reserve?.(attributes);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof StatusError);
    return error.message;
  }
}

export const podOf = (spec: object = {}, metadata: object = {}): Draft<Pod> =>
  ({
    metadata: { name: 'p', namespace: 'ns', ...metadata },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  }) as unknown as Draft<Pod>;

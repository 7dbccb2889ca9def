import { controllerRef, draftOf, type KubeObject } from '../../api/meta.ts';
import { endpointSlices } from '../../api/resources.ts';
import { isNotFound } from '../../api/status.ts';
import type { EndpointSlice } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { Client, NewObject } from '../../client/contract.ts';
import type { Informer } from '../../client/informer.ts';
import type { PendingWrites } from '../writes.ts';
import { packSlices, type SliceGroup } from './packing.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const BY_SERVICE = 'service';

/** Slices under the key of their Service and their manager. */
export function indexByService(slices: Informer<EndpointSlice>): void {
  slices.addIndex(BY_SERVICE, ({ metadata: { namespace, labels = {} } }) => {
    const service = labels[SERVICE_NAME];
    return service === undefined ? [] : [sliceKey(namespace, service, labels[MANAGED_BY] ?? '')];
  });
}

const sliceKey = (namespace: string, service: string, manager: string): string =>
  `${namespace}/${service} ${manager}`;

export function slicesOf(
  slices: Informer<EndpointSlice>,
  namespace: string,
  service: string,
  manager: string,
): readonly EndpointSlice[] {
  return slices.byIndex(BY_SERVICE, sliceKey(namespace, service, manager));
}

/** The properties that all slices of one owner share. */
export interface SliceOwner {
  readonly key: string;
  readonly object: KubeObject & { readonly metadata: { readonly namespace: string } };
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Writes what makes the existing slices those that are wanted. */
export async function reconcileSlices(
  client: Client,
  owner: SliceOwner,
  existing: readonly EndpointSlice[],
  groups: readonly SliceGroup[],
  maxPerSlice: number,
  pending: PendingWrites<EndpointSlice>,
  signal: AbortSignal,
): Promise<void> {
  const { key, object, labels, annotations } = owner;
  const plan = packSlices(existing, groups, maxPerSlice);
  for (const { addressType, ports, endpoints } of plan.creations) {
    const draft = {
      metadata: {
        generateName: `${object.metadata.name}-`,
        namespace: object.metadata.namespace,
        labels: { ...labels },
        annotations: { ...annotations },
        ownerReferences: [controllerRef(object)],
      },
      addressType,
      ports: structuredClone(ports),
      endpoints: structuredClone(endpoints),
    } as NewObject<EndpointSlice>;
    pending.created(key, await client.create(endpointSlices, draft, { signal }));
  }
  const relabelled = plan.unchanged
    .filter((slice) => !equal(slice.metadata.labels, labels))
    .map((slice) => ({ slice, endpoints: slice.endpoints ?? [] }));
  for (const { slice, endpoints } of [...plan.updates, ...relabelled]) {
    const draft = draftOf(slice);
    draft.metadata.labels = { ...labels };
    draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
    draft.endpoints = structuredClone(endpoints) as NonNullable<typeof draft.endpoints>;
    pending.created(key, await client.update(endpointSlices, draft, { signal }));
  }
  for (const slice of plan.deletions) {
    try {
      await client.delete(endpointSlices, slice.metadata, {
        preconditions: { uid: slice.metadata.uid },
        signal,
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    pending.deleted(key, slice);
  }
}

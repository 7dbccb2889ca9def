import { draftOf, parseKey } from '../../api/meta.ts';
import { endpoints, pods, services } from '../../api/resources.ts';
import { isAlreadyExists, isNotFound } from '../../api/status.ts';
import type { Endpoints, Service } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { NewObject } from '../../client/contract.ts';
import type { Informer } from '../../client/informer.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';
import { HEADLESS_LABEL, isHeadless, LAST_CHANGE_TRIGGER_TIME, triggerTimeOf } from './podEndpoints.ts';
import { hasSelector, ServicePods } from './servicePods.ts';
import { subsetsOf } from './subsets.ts';

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/** Keeps an Endpoints object for every Service with a selector (`pkg/controller/endpoint`). */
export function endpointsController(context: ControllerContext): Controller {
  const { client, informers, enqueue } = context;
  const allServices = informers.for(services);
  const allEndpoints = informers.for(endpoints);
  const members = new ServicePods(allServices, informers.for(pods), enqueue);
  repairWhenChanged(allEndpoints, allServices, enqueue);

  return {
    name: 'endpoints',
    workers: 5,
    async reconcile(key, signal) {
      const { namespace = '', name } = parseKey(key);
      const service = allServices.get(namespace, name);
      const current = allEndpoints.get(namespace, name);
      if (service === undefined) {
        if (current !== undefined && isOurs(current)) {
          await client.delete(endpoints, current.metadata, { signal }).catch(ignoreNotFound);
        }
        return undefined;
      }
      if (!hasSelector(service)) return undefined;
      const wanted = endpointsOf(service, members, current);
      if (current === undefined) {
        await client.create(endpoints, wanted, { signal }).catch((error: unknown) => {
          if (!isAlreadyExists(error)) throw error;
        });
        return undefined;
      }
      if (isSame(current, wanted)) return undefined;
      await client.update(endpoints, wanted, { signal });
      return undefined;
    },
  };
}

/** Someone else's change, and a deletion, is put right. */
function repairWhenChanged(
  all: Informer<Endpoints>,
  allServices: Informer<Service>,
  enqueue: (key: string) => void,
): void {
  const wake = ({ metadata: { namespace, name } }: Endpoints): void => {
    const service = allServices.get(namespace, name);
    if (service === undefined || hasSelector(service)) enqueue(`${namespace}/${name}`);
  };
  all.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });
}

function endpointsOf(
  service: Service,
  members: ServicePods,
  current: Endpoints | undefined,
): NewObject<Endpoints> {
  const { namespace, name, labels = {} } = service.metadata;
  const selected = members.podsOf(service);
  const { subsets, overCapacity } = subsetsOf(service, selected);
  const { [OVER_CAPACITY]: _, ...annotations } = current?.metadata.annotations ?? {};
  const draft = current === undefined ? { metadata: { namespace, name } } : draftOf(current);
  return {
    ...draft,
    metadata: {
      ...draft.metadata,
      labels: {
        ...labels,
        [MANAGED_BY]: 'endpoint-controller',
        ...(isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {}),
      },
      annotations: {
        ...annotations,
        [LAST_CHANGE_TRIGGER_TIME]: triggerTimeOf(service, selected),
        ...(overCapacity ? { [OVER_CAPACITY]: 'truncated' } : {}),
      },
    },
    subsets,
  };
}

/** The trigger time alone is no reason to write. */
function isSame(current: Endpoints, wanted: NewObject<Endpoints>): boolean {
  return (
    equal(current.subsets, wanted.subsets) &&
    equal(current.metadata.labels, wanted.metadata.labels) &&
    current.metadata.annotations?.[OVER_CAPACITY] === wanted.metadata.annotations?.[OVER_CAPACITY]
  );
}

/** Endpoints that users made for a Service without a selector go with the Service too, as upstream. */
const isOurs = (object: Endpoints): boolean => object.metadata.labels?.[MANAGED_BY] !== undefined;

function ignoreNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error;
}

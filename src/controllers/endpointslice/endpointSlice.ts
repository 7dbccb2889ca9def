import { parseKey } from '../../api/meta.ts';
import { endpointSlices, nodes, pods, services } from '../../api/resources.ts';
import type { EndpointSlice, Service } from '../../api/types.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';
import {
  HEADLESS_LABEL,
  isHeadless,
  LAST_CHANGE_TRIGGER_TIME,
  triggerTimeOf,
} from '../endpoints/podEndpoints.ts';
import { hasSelector, ServicePods } from '../endpoints/servicePods.ts';
import { PendingWrites } from '../writes.ts';
import { desiredGroups } from './desired.ts';
import { indexByService, MANAGED_BY, reconcileSlices, SERVICE_NAME, slicesOf } from './slices.ts';

const MANAGER = 'endpointslice-controller.k8s.io';
const MAX_ENDPOINTS_PER_SLICE = 100;

/** Keeps EndpointSlices for every Service with a selector (`pkg/controller/endpointslice`). */
export function endpointSliceController(context: ControllerContext): Controller {
  const { client, informers, enqueue } = context;
  const allServices = informers.for(services);
  const allSlices = informers.for(endpointSlices);
  const allNodes = informers.for(nodes);
  const pending = new PendingWrites(allSlices);
  indexByService(allSlices);
  const members = new ServicePods(allServices, informers.for(pods), enqueue);
  const wake = ({ metadata: { namespace, labels = {} } }: EndpointSlice): void => {
    const service = labels[SERVICE_NAME];
    if (service !== undefined && labels[MANAGED_BY] === MANAGER) enqueue(`${namespace}/${service}`);
  };
  allSlices.addHandler({
    onAdd: wake,
    onUpdate: (slice, old) => {
      wake(slice);
      wake(old);
    },
    onDelete: wake,
  });

  return {
    name: 'endpointslice',
    workers: 5,
    async reconcile(key, signal) {
      const { namespace = '', name } = parseKey(key);
      const service = allServices.get(namespace, name);
      // The slices of a Service that is gone are the garbage collector's.
      if (service === undefined) {
        pending.forget(key);
        return undefined;
      }
      if (!hasSelector(service) || service.metadata.deletionTimestamp !== undefined) return undefined;
      if (!pending.seen(key)) return undefined;
      const selected = members.podsOf(service);
      await reconcileSlices(
        client,
        {
          key,
          object: service,
          labels: labelsOf(service),
          annotations: { [LAST_CHANGE_TRIGGER_TIME]: triggerTimeOf(service, selected) },
        },
        slicesOf(allSlices, namespace, name, MANAGER),
        desiredGroups(service, selected, (node) => allNodes.get(undefined, node)),
        MAX_ENDPOINTS_PER_SLICE,
        pending,
        signal,
      );
      return undefined;
    },
  };
}

function labelsOf(service: Service): Record<string, string> {
  const { [HEADLESS_LABEL]: _, ...labels } = service.metadata.labels ?? {};
  return {
    ...labels,
    [SERVICE_NAME]: service.metadata.name,
    [MANAGED_BY]: MANAGER,
    ...(isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {}),
  };
}

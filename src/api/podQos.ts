import { compareQuantities, type Quantity, tryParseQuantity } from './quantity.ts';
import type { Container, PodSpec } from './types.ts';
import type { Unchecked } from './validation/unchecked.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

type Resources = Unchecked<Container>['resources'];

/**
 * The quality of service that a pod's requests and limits amount to (core/helper/qos `ComputePodQOS`): all limits
 * given and equal to the requests, some given, none. Pod-level resources decide alone where they are given.
 */
export function qosClassOf(spec: Unchecked<PodSpec>): QosClass {
  const own: Resources[] =
    spec.resources === undefined
      ? [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((container) => container.resources)
      : [spec.resources];
  let any = false;
  let guaranteed = true;
  for (const resources of own) {
    for (const name of ['cpu', 'memory']) {
      const request = positive(resources?.requests?.[name]);
      const limit = positive(resources?.limits?.[name]);
      any ||= request !== undefined || limit !== undefined;
      guaranteed &&=
        limit !== undefined && (request === undefined || compareQuantities(request, limit) === 0);
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function positive(text: string | undefined): Quantity | undefined {
  const quantity = text === undefined ? undefined : tryParseQuantity(text);
  return quantity !== undefined && quantity.nano > 0n ? quantity : undefined;
}

import { compareQuantities, tryParseQuantity } from '../quantity.ts';
import type { Container, PodSpec } from '../types.ts';
import type { Unchecked } from '../fields/unchecked.ts';

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
      guaranteed &&= limit !== undefined && (request === undefined || sameAmount(request, limit));
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** The quantity, if it is more than nothing: all that takes is a digit that is not zero. */
const positive = (text: string | undefined): string | undefined =>
  text !== undefined && /^[^-]*[1-9]/.test(text) ? text : undefined;

function sameAmount(a: string, b: string): boolean {
  if (a === b) return true;
  const one = tryParseQuantity(a);
  const other = tryParseQuantity(b);
  return one !== undefined && other !== undefined && compareQuantities(one, other) === 0;
}

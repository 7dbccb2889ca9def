import { badRequest } from '../../../api/status.ts';
import type { Pod } from '../../../api/types.ts';
import type { HandlerOptions, Target } from '../handler.ts';
import { getObject } from '../../registry/get.ts';

/** The pod that a request to a subresource is about. @throws StatusError NotFound */
export async function podOf({ registry }: HandlerOptions, target: Target, signal: AbortSignal): Promise<Pod> {
  return (await getObject(registry, target, () => signal)).object as Pod;
}

/**
 * The container that is meant: the one that is named, or the only one (core/pod `strategy.go` validateContainer).
 * @throws StatusError BadRequest
 */
export function containerOf(pod: Pod, requested: string | null): string {
  const { initContainers = [], containers, ephemeralContainers = [] } = pod.spec;
  const names = [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name);
  const { name } = pod.metadata;
  if (requested !== null && requested !== '') {
    if (names.includes(requested)) return requested;
    throw badRequest(`container ${requested} is not valid for pod ${name}`);
  }
  const [only, ...others] = containers;
  if (only === undefined) throw badRequest(`a container name must be specified for pod ${name}`);
  if (others.length === 0) return only.name;
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
}

/** The node that the pod is on. @throws StatusError BadRequest while it is on none */
export function nodeOf(pod: Pod): string {
  const { nodeName = '' } = pod.spec;
  if (nodeName === '') throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  return nodeName;
}

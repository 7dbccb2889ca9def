import { matcherOf, selectorFromMap, type Labels } from '../../api/labels.ts';
import type { KubeObject, LabelSelector } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import type { PodLogsOptions } from './podLogs.ts';

interface WithSelector {
  readonly spec?: { readonly selector?: LabelSelector | Labels };
}

/** Kinds whose pods are chosen by `spec.selector`, as a LabelSelector. */
const WORKLOADS = new Set(['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs']);
/** Kinds whose `spec.selector` is a map. */
const MAPS = new Set(['services', 'replicationcontrollers']);

/** Which pods an object's logs are those of; undefined for kinds without pods. */
export function selectionOf(resource: Resource, object: KubeObject): PodLogsOptions['selection'] | undefined {
  if (resource.plural === 'pods') return { fieldSelector: `metadata.name=${object.metadata.name}` };
  const selector = (object as WithSelector).spec?.selector;
  if (selector === undefined) return undefined;
  const matcher = WORKLOADS.has(resource.plural)
    ? matcherOf(selector)
    : MAPS.has(resource.plural)
      ? selectorFromMap(selector as Labels)
      : undefined;
  const text = matcher?.toString() ?? '';
  // Nothing to choose by would be all pods of the namespace.
  return text === '' ? undefined : { labelSelector: text };
}

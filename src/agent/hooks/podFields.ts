import { ownProperty } from '../../base/ownProperty.ts';
import { quantityMilliValue, quantityValue } from '../../api/quantity.ts';
import type { Container, Pod } from '../../api/types.ts';

/** The values that downward API fields need besides the pod's object. */
export interface FieldSources {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  /** The node's allocatable resources: limits that are not given. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The value of a fieldRef; undefined for an unknown path (kubelet `pkg/fieldpath`). */
export function podField(pod: Pod, path: string, sources: FieldSources): string | undefined {
  const subscript = /^metadata\.(labels|annotations)\['([^']*)'\]$/.exec(path);
  if (subscript !== null) {
    const [, map, key] = subscript;
    const values = map === 'labels' ? pod.metadata.labels : pod.metadata.annotations;
    return ownProperty(values, key ?? '') ?? '';
  }
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name;
    case 'metadata.namespace':
      return pod.metadata.namespace;
    case 'metadata.uid':
      return pod.metadata.uid;
    case 'metadata.labels':
      return formatMap(pod.metadata.labels);
    case 'metadata.annotations':
      return formatMap(pod.metadata.annotations);
    case 'spec.nodeName':
      return pod.spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? '';
    case 'status.hostIP':
      return sources.hostIPs[0] ?? '';
    case 'status.hostIPs':
      return sources.hostIPs.join(',');
    case 'status.podIP':
      return sources.podIPs[0] ?? '';
    case 'status.podIPs':
      return sources.podIPs.join(',');
    default:
      return undefined;
  }
}

/** `key="value"` lines, sorted, values quoted as Go does. */
function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/**
 * The value of a resourceFieldRef, undefined for an unknown resource (kubelet
 * `resource.ExtractContainerResourceValue`).
 */
export function resourceField(
  container: Container,
  field: string,
  divisor: string | undefined,
  allocatable: Readonly<Record<string, string>>,
): string | undefined {
  const [kind, ...rest] = field.split('.');
  const name = rest.join('.');
  if (kind !== 'limits' && kind !== 'requests') return undefined;
  const { limits = {}, requests = {} } = container.resources ?? {};
  const given =
    kind === 'limits'
      ? (ownProperty(limits, name) ?? ownProperty(allocatable, name))
      : ownProperty(requests, name);
  const unit = divisor === undefined || quantityMilliValue(divisor) === 0 ? '1' : divisor;
  if (given === undefined) return '0';
  const value =
    name === 'cpu'
      ? Math.ceil(quantityMilliValue(given) / quantityMilliValue(unit))
      : Math.ceil(quantityValue(given) / quantityValue(unit));
  return String(value);
}

type Labels = Readonly<Record<string, string | undefined>> | undefined;

/** Labels of Kubernetes' own that a node may set on itself (kubelet `pkg/apis/well_known_labels.go`). */
const OWN_LABELS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
]);
const OWN_NAMESPACES = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const RESTRICTED_NAMESPACE = 'node-restriction.kubernetes.io';

/** The labels that differ and that a node may not set on itself, sorted: with them it could attract workloads. */
export function forbiddenNodeLabels(labels: Labels, old: Labels): readonly string[] {
  const keys = new Set([...Object.keys(labels ?? {}), ...Object.keys(old ?? {})]);
  return [...keys].filter((key) => labels?.[key] !== old?.[key] && isForbidden(key)).sort();
}

function isForbidden(label: string): boolean {
  const slash = label.indexOf('/');
  const namespace = slash < 0 ? '' : label.slice(0, slash);
  if (isWithin(namespace, RESTRICTED_NAMESPACE)) return true;
  const ofKubernetes = isWithin(namespace, 'kubernetes.io') || isWithin(namespace, 'k8s.io');
  return ofKubernetes && !OWN_LABELS.has(label) && !OWN_NAMESPACES.some((own) => isWithin(namespace, own));
}

const isWithin = (namespace: string, parent: string): boolean =>
  namespace === parent || namespace.endsWith(`.${parent}`);

import type { Container, Pod } from '../../../api/types.ts';

export type ReferencedKind = 'secrets' | 'configmaps' | 'serviceaccounts' | 'persistentvolumeclaims';

/**
 * What a pod names in its own namespace, as `KIND/NAMESPACE/NAME`: what the agent of its node may read
 * (`plugin/pkg/auth/authorizer/node/graph.go`, `pkg/api/pod/util.go`). Each once.
 */
export function podReferences(pod: Pod): ReadonlySet<string> {
  const { namespace } = pod.metadata;
  const { spec } = pod;
  const found = new Set<string>();
  const add = (kind: ReferencedKind, name: string | undefined): void => {
    if (name !== undefined && name !== '') found.add(referenceKey(kind, namespace, name));
  };
  add('serviceaccounts', spec.serviceAccountName);
  for (const secret of spec.imagePullSecrets ?? []) add('secrets', secret.name);
  const containers = [
    ...spec.containers,
    ...(spec.initContainers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  for (const container of containers) addEnvironment(container, add);
  for (const volume of spec.volumes ?? []) {
    add('secrets', volume.secret?.secretName);
    add('configmaps', volume.configMap?.name);
    add('persistentvolumeclaims', volume.persistentVolumeClaim?.claimName);
    add('secrets', volume.csi?.nodePublishSecretRef?.name);
    if (volume.ephemeral !== undefined) add('persistentvolumeclaims', `${pod.metadata.name}-${volume.name}`);
    for (const source of volume.projected?.sources ?? []) {
      add('secrets', source.secret?.name);
      add('configmaps', source.configMap?.name);
    }
  }
  return found;
}

export function referenceKey(kind: ReferencedKind, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

function addEnvironment(
  container: Pick<Container, 'env' | 'envFrom'>,
  add: (kind: ReferencedKind, name: string | undefined) => void,
): void {
  for (const { valueFrom } of container.env ?? []) {
    add('secrets', valueFrom?.secretKeyRef?.name);
    add('configmaps', valueFrom?.configMapKeyRef?.name);
  }
  for (const { secretRef, configMapRef } of container.envFrom ?? []) {
    add('secrets', secretRef?.name);
    add('configmaps', configMapRef?.name);
  }
}

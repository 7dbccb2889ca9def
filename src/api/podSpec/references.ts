import type { Unchecked } from '../fields/unchecked.ts';
import type { Container, Pod, Volume } from '../types.ts';

/** The resources that pods refer to, by plural. */
export type ReferencedResource =
  | 'serviceaccounts'
  | 'secrets'
  | 'configmaps'
  | 'persistentvolumeclaims'
  | 'resourceclaims'
  | 'csidrivers'
  | 'endpoints'
  | 'clustertrustbundles'
  | 'podcertificates';

/** One object of the API that a pod needs where it runs. */
export interface PodReference {
  readonly resource: ReferencedResource;
  /** In the pod's namespace, where the resource has namespaces. '' where the pod does not say which object it is. */
  readonly name: string;
  /** The part of the pod that needs it, where the resource alone does not tell: `CSI volumes`. */
  readonly via?: string;
}

type ReferringPod = Unchecked<Pick<Pod, 'metadata' | 'spec' | 'status'>>;

/**
 * Everything of the API that a pod refers to: what the node may read that the pod is bound to, and what a node must
 * not put into a pod that it makes itself. Both rely on this one list (`pkg/api/pod/util.go`: VisitPodSecretNames,
 * VisitPodConfigmapNames, HasAPIObjectReference). The same object may come several times.
 */
export function podReferences(pod: ReferringPod): readonly PodReference[] {
  const found = new References();
  const { metadata, spec = {} } = pod;
  found.named('serviceaccounts', spec.serviceAccountName ?? spec.serviceAccount);
  for (const { name } of spec.imagePullSecrets ?? []) found.named('secrets', name);
  for (const container of spec.containers ?? []) addEnvironment(container, found);
  for (const container of spec.initContainers ?? []) addEnvironment(container, found);
  for (const container of spec.ephemeralContainers ?? []) addEnvironment(container, found);
  addResourceClaims(pod, found);
  for (const volume of spec.volumes ?? []) addVolume(volume, metadata?.name ?? '', found);
  return found.all;
}

class References {
  readonly all: PodReference[] = [];

  /** Adds a reference of an optional field: an empty name refers to nothing. */
  named(resource: ReferencedResource, name: string | undefined): void {
    if (name !== undefined && name !== '') this.all.push({ resource, name });
  }

  /** Adds a reference of a part that needs the resource, with or without a name. */
  needed(resource: ReferencedResource, via: string, name = ''): void {
    this.all.push(name === '' ? { resource, name, via } : { resource, name });
  }
}

function addEnvironment(
  { env, envFrom }: Unchecked<Pick<Container, 'env' | 'envFrom'>>,
  found: References,
): void {
  for (const { valueFrom } of env ?? []) {
    found.named('secrets', valueFrom?.secretKeyRef?.name);
    found.named('configmaps', valueFrom?.configMapKeyRef?.name);
  }
  for (const { secretRef, configMapRef } of envFrom ?? []) {
    found.named('secrets', secretRef?.name);
    found.named('configmaps', configMapRef?.name);
  }
}

/** A claim that is made from a template has its name in the status. */
function addResourceClaims({ spec, status }: ReferringPod, found: References): void {
  for (const claim of spec?.resourceClaims ?? []) {
    const made = status?.resourceClaimStatuses?.find(({ name }) => name === claim.name);
    found.all.push({
      resource: 'resourceclaims',
      name: claim.resourceClaimName ?? made?.resourceClaimName ?? '',
    });
  }
  found.named('resourceclaims', status?.extendedResourceClaimStatus?.resourceClaimName);
}

function addVolume(volume: Unchecked<Volume>, podName: string, found: References): void {
  const { secret, azureFile, configMap, csi, glusterfs } = volume;
  if (secret !== undefined) found.needed('secrets', 'secret volumes', secret.secretName);
  if (azureFile !== undefined) found.needed('secrets', 'azureFile volumes', azureFile.secretName);
  found.named('secrets', volume.cephfs?.secretRef?.name);
  found.named('secrets', volume.cinder?.secretRef?.name);
  found.named('secrets', volume.flexVolume?.secretRef?.name);
  found.named('secrets', volume.iscsi?.secretRef?.name);
  found.named('secrets', volume.rbd?.secretRef?.name);
  found.named('secrets', volume.scaleIO?.secretRef?.name);
  found.named('secrets', volume.storageos?.secretRef?.name);
  found.named('secrets', csi?.nodePublishSecretRef?.name);
  if (configMap !== undefined) found.needed('configmaps', 'configmap volumes', configMap.name);
  if (csi !== undefined)
    found.all.push({ resource: 'csidrivers', name: csi.driver ?? '', via: 'CSI volumes' });
  if (glusterfs !== undefined) {
    found.all.push({ resource: 'endpoints', name: glusterfs.endpoints ?? '', via: 'glusterFS volumes' });
  }
  const claim = volume.persistentVolumeClaim;
  if (claim !== undefined)
    found.all.push({ resource: 'persistentvolumeclaims', name: claim.claimName ?? '' });
  if (volume.ephemeral !== undefined) {
    const name = `${podName}-${volume.name ?? ''}`;
    found.all.push({ resource: 'persistentvolumeclaims', name, via: 'ephemeral volumes' });
  }
  for (const source of volume.projected?.sources ?? []) addProjection(source, found);
}

type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

function addProjection(source: Unchecked<Projection>, found: References): void {
  const via = 'projected volumes';
  if (source.secret !== undefined) found.needed('secrets', via, source.secret.name);
  if (source.configMap !== undefined) found.needed('configmaps', via, source.configMap.name);
  if (source.serviceAccountToken !== undefined) found.needed('serviceaccounts', via);
  const { clusterTrustBundle } = source;
  if (clusterTrustBundle !== undefined) {
    found.all.push({ resource: 'clustertrustbundles', name: clusterTrustBundle.name ?? '' });
  }
  if (source.podCertificate !== undefined) found.all.push({ resource: 'podcertificates', name: '' });
}

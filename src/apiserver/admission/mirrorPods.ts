import type { Draft } from '../../api/meta.ts';
import { nodes } from '../../api/resources.ts';
import { notFound } from '../../api/status.ts';
import type { Pod } from '../../api/types.ts';
import type { AdmissionAttributes, AdmissionReader } from './contract.ts';
import { refuse } from './refuse.ts';

const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** The pods that a node may create: mirrors of what it runs from files, owned by the node, referring to nothing. */
export function checkMirrorPod(
  attributes: AdmissionAttributes,
  nodeName: string,
  reader: AdmissionReader,
): void {
  const { metadata, spec } = attributes.object as unknown as Draft<Pod>;
  const node = JSON.stringify(nodeName);
  if (metadata.annotations?.[MIRROR_ANNOTATION] === undefined) {
    throw refuse(
      attributes,
      `pod does not have "${MIRROR_ANNOTATION}" annotation, node ${node} can only create mirror pods`,
    );
  }
  if (spec.nodeName !== nodeName) {
    throw refuse(attributes, `node ${node} can only create pods with spec.nodeName set to itself`);
  }
  const [owner, ...others] = metadata.ownerReferences ?? [];
  if (others.length > 0) {
    throw refuse(attributes, `node ${node} can only create pods with a single owner reference set to itself`);
  }
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== nodeName) {
    throw refuse(attributes, `node ${node} can only create pods with an owner reference set to itself`);
  }
  if (owner.controller !== true) {
    throw refuse(
      attributes,
      `node ${node} can only create pods with a controller owner reference set to itself`,
    );
  }
  if (owner.blockOwnerDeletion === true) {
    throw refuse(attributes, `node ${node} must not set blockOwnerDeletion on an owner reference`);
  }
  const self = reader.get(nodes, '', nodeName);
  if (self === undefined) throw notFound(nodes, nodeName);
  if (owner.uid !== self.metadata.uid) {
    throw refuse(attributes, `node ${nodeName} UID mismatch: expected ${owner.uid} got ${self.metadata.uid}`);
  }
  const referred = referencesOf(spec);
  if (referred !== undefined) {
    throw refuse(attributes, `node ${node} can not create pods that reference ${referred}`);
  }
}

function referencesOf(spec: Draft<Pod>['spec']): string | undefined {
  if ((spec.serviceAccountName ?? '') !== '') return 'a service account';
  const volumes = spec.volumes ?? [];
  const sources = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const variables = containers
    .flatMap((container) => container.env ?? [])
    .map((variable) => variable.valueFrom);
  const imports = containers.flatMap((container) => container.envFrom ?? []);
  const secrets =
    (spec.imagePullSecrets ?? []).length > 0 ||
    [...volumes, ...sources].some((source) => source.secret !== undefined) ||
    variables.some((source) => source?.secretKeyRef !== undefined) ||
    imports.some((source) => source.secretRef !== undefined);
  if (secrets) return 'secrets';
  const configMaps =
    [...volumes, ...sources].some((source) => source.configMap !== undefined) ||
    variables.some((source) => source?.configMapKeyRef !== undefined) ||
    imports.some((source) => source.configMapRef !== undefined);
  if (configMaps) return 'configmaps';
  if (sources.some((source) => source.clusterTrustBundle !== undefined)) return 'clustertrustbundles';
  if (volumes.some((volume) => volume.persistentVolumeClaim !== undefined)) return 'persistentvolumeclaims';
  return undefined;
}

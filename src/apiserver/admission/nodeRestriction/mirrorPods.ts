import { MIRROR_ANNOTATION } from '../../../api/kinds/pod/validation.ts';
import type { Unchecked } from '../../../api/fields/unchecked.ts';
import { type PodReference, podReferences } from '../../../api/podSpec/references.ts';
import { nodes } from '../../../api/resources.ts';
import { notFound } from '../../../api/status.ts';
import type { Pod } from '../../../api/types.ts';
import type { AdmissionAttributes, AdmissionReader } from '../contract.ts';
import { refuse } from '../refuse.ts';

/**
 * Checks a pod that a node creates: it must be the mirror of a static pod, owned by the node, without references to API
 * objects.
 */
export function checkMirrorPod(
  attributes: AdmissionAttributes,
  nodeName: string,
  reader: AdmissionReader,
): void {
  const pod = attributes.object as Unchecked<Pod>;
  const { metadata = {}, spec = {} } = pod;
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
    throw refuse(
      attributes,
      `node ${nodeName} UID mismatch: expected ${owner.uid ?? ''} got ${self.metadata.uid}`,
    );
  }
  const referred = firstTold(podReferences(pod));
  if (referred !== undefined) {
    const { resource, via } = referred;
    const words = via === undefined ? resource : `${resource} (via ${via})`;
    throw refuse(attributes, `node ${node} can not create pods that reference ${words}`);
  }
}

/** Upstream checks these first, then the volumes in their order. */
const FIRST = ['serviceaccounts', 'secrets', 'configmaps', 'resourceclaims'] as const;

function firstTold(references: readonly PodReference[]): PodReference | undefined {
  const first = FIRST.map((resource) =>
    references.find((reference) => reference.resource === resource && reference.via === undefined),
  ).find((reference) => reference !== undefined);
  return first ?? references[0];
}

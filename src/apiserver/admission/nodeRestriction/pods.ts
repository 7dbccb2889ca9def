import { pods } from '../../../api/resources.ts';
import { notFound } from '../../../api/status.ts';
import type { Unchecked } from '../../../api/fields/unchecked.ts';
import type { Pod } from '../../../api/types.ts';
import { equal } from '../../../api/fields/equal.ts';
import type { AdmissionAttributes, AdmissionReader } from '../contract.ts';
import { refuse } from '../refuse.ts';
import { checkMirrorPod } from './mirrorPods.ts';
import type { NodeRestrictionOptions } from './options.ts';

/** A node creates mirror pods. It deletes and evicts only pods that are bound to it, and reports only their status. */
export function checkPod(
  attributes: AdmissionAttributes,
  nodeName: string,
  { reader }: NodeRestrictionOptions,
): void {
  const { operation, subresource } = attributes;
  const node = JSON.stringify(nodeName);
  switch (subresource) {
    case '':
      if (operation === 'CREATE') {
        checkMirrorPod(attributes, nodeName, reader);
        return;
      }
      if (operation === 'DELETE') {
        if (currentPod(attributes, reader).spec.nodeName === nodeName) return;
        throw refuse(attributes, `node ${node} can only delete pods with spec.nodeName set to itself`);
      }
      throw refuse(
        attributes,
        `unexpected operation "${operation}", node ${node} can only create and delete mirror pods`,
      );
    case 'status': {
      checkPodStatus(attributes, nodeName);
      return;
    }
    case 'eviction':
      if (operation !== 'CREATE') throw refuse(attributes, `unexpected operation ${operation}`);
      if (currentPod(attributes, reader).spec.nodeName === nodeName) return;
      throw refuse(attributes, `node ${nodeName} can only evict pods with spec.nodeName set to itself`);
    default:
      throw refuse(
        attributes,
        `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`,
      );
  }
}

function checkPodStatus(attributes: AdmissionAttributes, nodeName: string): void {
  const node = JSON.stringify(nodeName);
  if (attributes.operation !== 'UPDATE')
    throw refuse(attributes, `unexpected operation "${attributes.operation}"`);
  const old = attributes.old as Pod | undefined;
  if (old?.spec.nodeName !== nodeName) {
    throw refuse(
      attributes,
      `node ${node} can only update pod status for pods with spec.nodeName set to itself`,
    );
  }
  const { metadata, status } = attributes.object as Unchecked<Pod>;
  if (!equal(metadata?.labels, old.metadata.labels)) {
    throw refuse(attributes, `node ${node} cannot update labels through pod status`);
  }
  if (!equal(status?.resourceClaimStatuses, old.status?.resourceClaimStatuses)) {
    // Upstream's spelling.
    throw refuse(attributes, `node ${node} cannot update resource claim statues`);
  }
  if (!equal(status?.extendedResourceClaimStatus, old.status?.extendedResourceClaimStatus)) {
    throw refuse(attributes, `node ${node} cannot update extended resource claim status`);
  }
}

function currentPod(attributes: AdmissionAttributes, reader: AdmissionReader): Pod {
  const name = attributes.name === '' ? (attributes.object?.metadata.name ?? '') : attributes.name;
  const found = (attributes.old ?? reader.get(pods, attributes.namespace, name)) as Pod | undefined;
  if (found === undefined) throw notFound(pods, name);
  return found;
}

import type { Draft, KubeObject } from '../../../api/meta.ts';
import type { AdmissionAttributes } from '../contract.ts';
import { refuse } from '../refuse.ts';

const LEASE_NAMESPACE = 'kube-node-lease';

export function checkLease(attributes: AdmissionAttributes, nodeName: string): void {
  if (attributes.namespace !== LEASE_NAMESPACE) {
    throw refuse(attributes, `can only access leases in the "${LEASE_NAMESPACE}" system namespace`);
  }
  if (nameOf(attributes) !== nodeName) {
    throw refuse(attributes, 'can only access node lease with the same name as the requesting node');
  }
}

export function checkCsiNode(attributes: AdmissionAttributes, nodeName: string): void {
  if (nameOf(attributes) === nodeName) return;
  throw refuse(attributes, 'can only access CSINode with the same name as the requesting node');
}

/** The authorizer checks the other verbs, because it knows the stored slice. */
export function checkResourceSlice(attributes: AdmissionAttributes, nodeName: string): void {
  const { operation, object, old } = attributes;
  if (operation === 'CREATE' && nodeNameOf(object) !== nodeName) {
    throw refuse(attributes, 'can only create ResourceSlice with the same NodeName as the requesting node');
  }
  if (operation === 'DELETE' && nodeNameOf(old) !== nodeName) {
    throw refuse(attributes, 'can only delete ResourceSlice with the same NodeName as the requesting node');
  }
}

/** The name of a new object is in the body. */
function nameOf({ operation, object, name }: AdmissionAttributes): string {
  return operation === 'CREATE' ? (object?.metadata.name ?? '') : name;
}

const nodeNameOf = (slice: Draft | KubeObject | undefined): string | undefined =>
  (slice as { readonly spec?: { readonly nodeName?: string } } | undefined)?.spec?.nodeName;

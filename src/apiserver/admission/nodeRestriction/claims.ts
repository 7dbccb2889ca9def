import { equal } from '../../../api/fields/equal.ts';
import type { Draft, KubeObject } from '../../../api/meta.ts';
import type { AdmissionAttributes } from '../contract.ts';
import { refuse } from '../refuse.ts';

/** The status fields that a node reports after it has resized a claim's volume. */
const REPORTED = ['capacity', 'conditions', 'allocatedResources', 'allocatedResourceStatuses'];

/** A node writes only the status fields of a PersistentVolumeClaim that it reports. */
export function checkClaim(attributes: AdmissionAttributes, nodeName: string): void {
  const { operation, subresource, object, old } = attributes;
  if (subresource !== 'status') throw refuse(attributes, 'may only update PVC status');
  if (operation !== 'UPDATE') throw refuse(attributes, `unexpected operation "${operation}"`);
  if (!equal(withoutReport(object), withoutReport(old))) {
    throw refuse(
      attributes,
      `node ${JSON.stringify(nodeName)} is not allowed to update fields other than status.quantity and status.conditions`,
    );
  }
}

function withoutReport(claim: Draft | KubeObject | undefined): object {
  const { metadata, status = {}, ...rest } = claim as KubeObject & { readonly status?: object };
  const { resourceVersion: _, managedFields: _fields, ...kept } = metadata;
  return {
    ...rest,
    metadata: kept,
    status: Object.fromEntries(Object.entries(status).filter(([name]) => !REPORTED.includes(name))),
  };
}

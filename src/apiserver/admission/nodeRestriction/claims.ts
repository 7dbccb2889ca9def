import { equal } from '../../../api/fields/equal.ts';
import type { Draft, KubeObject } from '../../../api/meta.ts';
import type { AdmissionAttributes } from '../contract.ts';
import { refuse } from '../refuse.ts';

/** What a node reports of a claim's volume after it has been resized. */
const REPORTED = ['capacity', 'conditions', 'allocatedResources', 'allocatedResourceStatuses'];

/** Of a PersistentVolumeClaim a node writes what it reports in the status. */
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

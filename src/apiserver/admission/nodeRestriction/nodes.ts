import { equal } from '../../../api/fields/equal.ts';
import type { Unchecked } from '../../../api/fields/unchecked.ts';
import type { Node } from '../../../api/types.ts';
import type { AdmissionAttributes } from '../contract.ts';
import { refuse } from '../refuse.ts';
import { forbiddenNodeLabels } from './nodeLabels.ts';

/** A node may write its own Node, but no field that attracts workloads or gets the Node deleted. */
export function checkNode(attributes: AdmissionAttributes, nodeName: string): void {
  const { operation, object } = attributes;
  const requested = attributes.name === '' ? (object?.metadata.name ?? '') : attributes.name;
  if (requested !== nodeName) {
    throw refuse(
      attributes,
      `node ${JSON.stringify(nodeName)} is not allowed to modify node ${JSON.stringify(requested)}`,
    );
  }
  if (operation === 'CREATE') checkNewNode(attributes, nodeName);
  if (operation === 'UPDATE') checkChangedNode(attributes, nodeName);
}

function checkNewNode(attributes: AdmissionAttributes, nodeName: string): void {
  const { metadata = {}, spec = {} } = attributes.object as Unchecked<Node>;
  const node = JSON.stringify(nodeName);
  if (spec.configSource !== undefined) {
    throw refuse(attributes, `node ${node} is not allowed to create pods with a non-nil configSource`);
  }
  // Upstream refuses this only in updates: a node that is deleted with its owner could come back without its taints.
  if ((metadata.ownerReferences ?? []).length > 0) {
    throw refuse(attributes, `node ${node} is not allowed to modify ownerReferences`);
  }
  const labels = forbiddenNodeLabels(metadata.labels, undefined);
  if (labels.length > 0) {
    throw refuse(attributes, `node ${node} is not allowed to set the following labels: ${labels.join(', ')}`);
  }
}

function checkChangedNode(attributes: AdmissionAttributes, nodeName: string): void {
  const { metadata = {}, spec = {} } = attributes.object as Unchecked<Node>;
  const old = attributes.old as Node;
  const node = JSON.stringify(nodeName);
  if (spec.configSource !== undefined && !equal(spec.configSource, old.spec.configSource)) {
    throw refuse(
      attributes,
      `node ${node} is not allowed to update configSource to a new non-nil configSource`,
    );
  }
  if (!equal(spec.taints, old.spec.taints)) {
    throw refuse(attributes, `node ${node} is not allowed to modify taints`);
  }
  if (!equal(metadata.ownerReferences, old.metadata.ownerReferences)) {
    throw refuse(attributes, `node ${node} is not allowed to modify ownerReferences`);
  }
  const labels = forbiddenNodeLabels(metadata.labels, old.metadata.labels);
  if (labels.length > 0) throw refuse(attributes, `is not allowed to modify labels: ${labels.join(', ')}`);
}

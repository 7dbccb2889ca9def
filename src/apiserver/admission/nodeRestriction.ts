import { type Draft, type KubeObject } from '../../api/meta.ts';
import { leases, nodes, pods, serviceAccounts } from '../../api/resources.ts';
import { notFound } from '../../api/status.ts';
import type { Node, Pod, TokenRequest } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from './contract.ts';
import { forbiddenNodeLabels } from './nodeLabels.ts';
import { checkMirrorPod } from './mirrorPods.ts';
import { refuse } from './refuse.ts';

const USER_PREFIX = 'system:node:';
const NODES_GROUP = 'system:nodes';
const LEASE_NAMESPACE = 'kube-node-lease';

/** A node's agent writes only what is the node's own (`plugin/pkg/admission/noderestriction`). */
export function nodeRestriction(reader: AdmissionReader): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    handles: ({ operation, user }) =>
      operation !== 'CONNECT' && user.groups.includes(NODES_GROUP) && user.name.startsWith(USER_PREFIX),
    mutate(attributes) {
      const nodeName = attributes.user.name.slice(USER_PREFIX.length);
      if (nodeName === '') {
        throw refuse(
          attributes,
          `could not determine node from user ${JSON.stringify(attributes.user.name)}`,
        );
      }
      const { resource } = attributes.kind;
      switch (`${resource.plural}.${resource.group}`) {
        case `${pods.plural}.${pods.group}`: {
          checkPod(attributes, nodeName, reader);
          return;
        }
        case `${nodes.plural}.${nodes.group}`: {
          checkNode(attributes, nodeName);
          return;
        }
        case `${serviceAccounts.plural}.${serviceAccounts.group}`: {
          checkToken(attributes, nodeName, reader);
          return;
        }
        case `${leases.plural}.${leases.group}`: {
          checkLease(attributes, nodeName);
          return;
        }
        default:
          return;
      }
    },
  };
}

function checkPod(attributes: AdmissionAttributes, nodeName: string, reader: AdmissionReader): void {
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
  if (!equal(attributes.object?.metadata.labels, old.metadata.labels)) {
    throw refuse(attributes, `node ${node} cannot update labels through pod status`);
  }
}

function currentPod(attributes: AdmissionAttributes, reader: AdmissionReader): Pod {
  const name = attributes.name === '' ? (attributes.object?.metadata.name ?? '') : attributes.name;
  const found = (attributes.old ?? reader.get(pods, attributes.namespace, name)) as Pod | undefined;
  if (found === undefined) throw notFound(pods, name);
  return found;
}

function checkNode(attributes: AdmissionAttributes, nodeName: string): void {
  const { operation, object, old } = attributes;
  const requested = attributes.name === '' ? (object?.metadata.name ?? '') : attributes.name;
  const node = JSON.stringify(nodeName);
  if (requested !== nodeName) {
    throw refuse(attributes, `node ${node} is not allowed to modify node ${JSON.stringify(requested)}`);
  }
  if (operation === 'CREATE') {
    const labels = forbiddenNodeLabels(object?.metadata.labels, undefined);
    if (labels.length > 0) {
      throw refuse(
        attributes,
        `node ${node} is not allowed to set the following labels: ${labels.join(', ')}`,
      );
    }
  } else if (operation === 'UPDATE' && object !== undefined) {
    if (!equal(taintsOf(object as unknown as Draft<Node>), taintsOf(old as unknown as Node))) {
      throw refuse(attributes, `node ${node} is not allowed to modify taints`);
    }
    const labels = forbiddenNodeLabels(object.metadata.labels, old?.metadata.labels);
    if (labels.length > 0) throw refuse(attributes, `is not allowed to modify labels: ${labels.join(', ')}`);
  }
}

const taintsOf = (node: { readonly spec?: { readonly taints?: unknown } }): unknown => node.spec?.taints;

/** A token that a node asks for is for a pod that runs on it, and bound to that pod. */
function checkToken(attributes: AdmissionAttributes, nodeName: string, reader: AdmissionReader): void {
  if (attributes.operation !== 'CREATE' || attributes.subresource !== 'token') return;
  const bound = (attributes.object as unknown as Draft<TokenRequest>).spec.boundObjectRef;
  if (bound?.apiVersion !== 'v1' || bound.kind !== 'Pod' || (bound.name ?? '') === '') {
    throw refuse(attributes, 'node requested token not bound to a pod');
  }
  if ((bound.uid ?? '') === '')
    throw refuse(attributes, 'node requested token with a pod binding without a uid');
  const found = reader.get(pods, attributes.namespace, bound.name ?? '') as Pod | undefined;
  if (found === undefined) throw notFound(pods, bound.name ?? '');
  if (found.metadata.uid !== bound.uid) {
    throw refuse(
      attributes,
      `the UID in the bound object reference (${bound.uid ?? ''}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (found.spec.nodeName !== nodeName) {
    throw refuse(attributes, 'node requested token bound to a pod scheduled on a different node');
  }
}

function checkLease(attributes: AdmissionAttributes, nodeName: string): void {
  if (attributes.namespace !== LEASE_NAMESPACE) {
    throw refuse(attributes, `can only access leases in the "${LEASE_NAMESPACE}" system namespace`);
  }
  const object: Draft | KubeObject | undefined =
    attributes.operation === 'CREATE' ? attributes.object : undefined;
  if ((object?.metadata.name ?? attributes.name) !== nodeName) {
    throw refuse(attributes, 'can only access node lease with the same name as the requesting node');
  }
}

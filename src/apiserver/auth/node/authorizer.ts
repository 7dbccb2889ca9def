import { groupResourceOf } from '../../../api/resource.ts';
import type { PolicyRule } from '../../../api/types.ts';
import type { ReferencedResource } from '../../../api/podSpec/references.ts';
import type { AuthorizationAttributes, AuthorizationDecision, Authorizer } from '../contract.ts';
import { ruleAllows } from '../rbac/rules.ts';
import { nodeOf } from '../users.ts';
import type { NodeGraph } from './nodeGraph.ts';
import { authorizeCsiNode, authorizeResourceSlice, isOwnAttachment, isOwnVolume } from './ownObjects.ts';
import { ALLOW, deny, selectsNode, unrelated } from './decisions.ts';

const LEASE_NAMESPACE = 'kube-node-lease';

/**
 * What a node's agent may do beyond the same rules for all: read what its own pods name, write what is its own
 * (`plugin/pkg/auth/authorizer/node/node_authorizer.go`). The NodeRestriction admission plugin checks what the body says.
 */
export function nodeAuthorizer(graph: NodeGraph, rules: readonly PolicyRule[]): Authorizer {
  return {
    authorize(user, attributes) {
      const node = nodeOf(user);
      if (node === undefined) return deny('');
      const special = attributes.isResourceRequest ? authorizeSpecial(graph, node, attributes) : undefined;
      if (special !== undefined) return special;
      return rules.some((rule) => ruleAllows(rule, attributes)) ? ALLOW : deny('');
    },
    rulesFor: () => [],
  };
}

/** Undefined for resources that the common rules speak for. */
function authorizeSpecial(
  graph: NodeGraph,
  node: string,
  attributes: AuthorizationAttributes,
): AuthorizationDecision | undefined {
  switch (groupResourceOf({ group: attributes.group, plural: attributes.resource })) {
    case 'secrets':
      return authorizeRead(graph, node, 'secrets', attributes);
    case 'configmaps':
      return authorizeRead(graph, node, 'configmaps', attributes);
    case 'persistentvolumeclaims':
      return authorizeClaim(graph, node, attributes);
    case 'serviceaccounts':
      return authorizeAccount(graph, node, attributes);
    case 'persistentvolumes':
      return authorizeGet(node, attributes, () => isOwnVolume(graph, node, attributes.name));
    case 'volumeattachments.storage.k8s.io':
      return authorizeGet(node, attributes, () => isOwnAttachment(graph, node, attributes.name));
    case 'resourceclaims.resource.k8s.io':
      return authorizeGet(node, attributes, () =>
        graph.isReferenced(node, 'resourceclaims', attributes.namespace, attributes.name),
      );
    case 'csinodes.storage.k8s.io':
      return authorizeCsiNode(node, attributes);
    case 'resourceslices.resource.k8s.io':
      return authorizeResourceSlice(graph, node, attributes);
    case 'leases.coordination.k8s.io':
      return authorizeLease(node, attributes);
    case 'nodes':
      return authorizeNode(node, attributes);
    case 'pods':
      return authorizePod(graph, node, attributes);
    default:
      return undefined;
  }
}

function authorizeRead(
  graph: NodeGraph,
  node: string,
  kind: ReferencedResource,
  { verb, subresource, namespace, name }: AuthorizationAttributes,
): AuthorizationDecision {
  if (!['get', 'list', 'watch'].includes(verb)) return deny('can only read resources of this type');
  if (subresource !== '') return deny('cannot read subresource');
  if (namespace === '') return deny('can only read namespaced object of this type');
  return authorizeReferenced(graph, node, kind, namespace, name);
}

function authorizeReferenced(
  graph: NodeGraph,
  node: string,
  kind: ReferencedResource,
  namespace: string,
  name: string,
): AuthorizationDecision {
  if (name === '') return deny('No Object name found');
  return graph.isReferenced(node, kind, namespace, name) ? ALLOW : unrelated(node);
}

/** Decides about kinds whose objects a node reads one by one. */
function authorizeGet(
  node: string,
  { verb, subresource, name }: AuthorizationAttributes,
  isRelated: () => boolean,
): AuthorizationDecision {
  if (verb !== 'get') return deny('can only get individual resources of this type');
  if (subresource !== '') return deny('cannot get subresource');
  if (name === '') return deny('No Object name found');
  return isRelated() ? ALLOW : unrelated(node);
}

function authorizeClaim(
  graph: NodeGraph,
  node: string,
  attributes: AuthorizationAttributes,
): AuthorizationDecision {
  const { verb, subresource, namespace, name } = attributes;
  if (subresource !== 'status') {
    return authorizeGet(node, attributes, () =>
      graph.isReferenced(node, 'persistentvolumeclaims', namespace, name),
    );
  }
  if (!['update', 'patch'].includes(verb)) return deny('can only get/update/patch this type');
  return authorizeReferenced(graph, node, 'persistentvolumeclaims', namespace, name);
}

/** The account of a pod of the node: to be read (for its image pull secrets), and to make tokens for. */
function authorizeAccount(
  graph: NodeGraph,
  node: string,
  { verb, subresource, namespace, name }: AuthorizationAttributes,
): AuthorizationDecision {
  const reads = verb === 'get' && subresource === '';
  if (!reads) {
    if (verb !== 'create' || name === '')
      return deny('can only create tokens for individual service accounts');
    if (subresource !== 'token') return deny('can only create token subresource of serviceaccount');
  }
  return graph.isReferenced(node, 'serviceaccounts', namespace, name) ? ALLOW : unrelated(node);
}

function authorizeLease(
  node: string,
  { verb, namespace, name }: AuthorizationAttributes,
): AuthorizationDecision {
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb)) {
    return deny('can only get, create, update, patch, or delete a node lease');
  }
  if (namespace !== LEASE_NAMESPACE) {
    return deny(`can only access leases in the ${JSON.stringify(LEASE_NAMESPACE)} system namespace`);
  }
  // The name of what is created is in the body: admission's to check.
  if (verb !== 'create' && name !== node) {
    return deny('can only access node lease with the same name as the requesting node');
  }
  return ALLOW;
}

function authorizeNode(
  node: string,
  { verb, subresource, name }: AuthorizationAttributes,
): AuthorizationDecision {
  if (subresource === 'status') return ['update', 'patch'].includes(verb) ? ALLOW : deny('');
  if (subresource !== '') return deny('');
  if (['create', 'update', 'patch'].includes(verb)) return ALLOW;
  if (!['get', 'list', 'watch'].includes(verb)) return deny('');
  if (name === node) return ALLOW;
  return deny(
    name === ''
      ? `node '${node}' cannot read all nodes, only its own Node object`
      : `node '${node}' cannot read '${name}', only its own Node object`,
  );
}

function authorizePod(
  graph: NodeGraph,
  node: string,
  attributes: AuthorizationAttributes,
): AuthorizationDecision {
  const { verb, subresource, namespace, name } = attributes;
  if (subresource === 'status') return ['update', 'patch'].includes(verb) ? ALLOW : deny('');
  if (subresource === 'eviction') return verb === 'create' ? ALLOW : deny('');
  if (subresource !== '') return deny('');
  // Mirror pods; admission sees to it that they are the node's own.
  if (verb === 'create' || verb === 'delete') return ALLOW;
  if (!['get', 'list', 'watch'].includes(verb)) return deny('');
  if (verb !== 'get' && selectsNode(attributes, 'spec.nodeName', node)) return ALLOW;
  if (name !== '') return graph.isBoundTo(node, namespace, name) ? ALLOW : unrelated(node);
  return deny('can only list/watch pods with spec.nodeName field selector');
}

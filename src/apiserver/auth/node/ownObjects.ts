import type { AuthorizationAttributes, AuthorizationDecision } from '../contract.ts';
import { ALLOW, deny, selectsNode, unrelated } from './decisions.ts';
import type { NodeGraph } from './nodeGraph.ts';

const STORAGE = 'storage.k8s.io';
const RESOURCE = 'resource.k8s.io';

/** A volume is a node's where a pod of the node names the claim that the volume is bound to. */
export function isOwnVolume(graph: NodeGraph, node: string, name: string): boolean {
  const volume = graph.stored<{ spec?: { claimRef?: { namespace?: string; name?: string } } }>(
    { group: '', plural: 'persistentvolumes' },
    name,
  );
  const { namespace = '', name: claim = '' } = volume?.spec?.claimRef ?? {};
  return claim !== '' && graph.isReferenced(node, 'persistentvolumeclaims', namespace, claim);
}

export function isOwnAttachment(graph: NodeGraph, node: string, name: string): boolean {
  return nodeNameOf(graph, { group: STORAGE, plural: 'volumeattachments' }, name) === node;
}

export function authorizeCsiNode(
  node: string,
  { verb, subresource, name }: AuthorizationAttributes,
): AuthorizationDecision {
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb)) {
    return deny('can only get, create, update, patch, or delete a CSINode');
  }
  if (subresource !== '') return deny('cannot authorize CSINode subresources');
  // The name of what is created is in the body: admission's to check.
  if (verb === 'create' || name === node) return ALLOW;
  return deny('can only access CSINode with the same name as the requesting node');
}

export function authorizeResourceSlice(
  graph: NodeGraph,
  node: string,
  attributes: AuthorizationAttributes,
): AuthorizationDecision {
  const { verb, subresource, name } = attributes;
  if (subresource !== '') return deny('cannot authorize ResourceSlice subresources');
  switch (verb) {
    case 'create':
      return ALLOW;
    case 'get':
    case 'update':
    case 'patch':
    case 'delete':
      if (name === '') return deny('No Object name found');
      return nodeNameOf(graph, { group: RESOURCE, plural: 'resourceslices' }, name) === node
        ? ALLOW
        : unrelated(node);
    case 'watch':
    case 'list':
    case 'deletecollection':
      if (selectsNode(attributes, 'spec.nodeName', node)) return ALLOW;
      return deny('can only list/watch/deletecollection resourceslices with nodeName field selector');
    default:
      return deny(
        'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
      );
  }
}

function nodeNameOf(
  graph: NodeGraph,
  resource: { group: string; plural: string },
  name: string,
): string | undefined {
  return graph.stored<{ spec?: { nodeName?: string } }>(resource, name)?.spec?.nodeName;
}

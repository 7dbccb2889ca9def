import { controllerOf } from '../../../api/meta.ts';
import { deployments, pods, replicaSets } from '../../../api/resources.ts';
import type { Deployment, Pod } from '../../../api/types.ts';
import type { ClusterSession } from '../../model/session.ts';
import { objectId, objectItem, type ObjectNode } from '../objectNode.ts';
import { byName, section } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';
import { podNode } from './pods.ts';

export function workloadsSection(session: ClusterSession, namespace: string): TreeNode {
  const informer = session.informer(deployments);
  return section({
    id: `${session.cluster}/${namespace}/workloads`,
    cluster: session.cluster,
    label: 'Workloads',
    icon: 'layers',
    watches: [deployments, pods],
    count: () => informer.list(namespace).length,
    children: () => byName(informer.list(namespace)).map((object) => deploymentNode(session, object)),
  });
}

function deploymentNode(session: ClusterSession, object: Deployment): ObjectNode<Deployment> {
  const node: ObjectNode<Deployment> = {
    id: objectId(session.cluster, deployments, object),
    cluster: session.cluster,
    resource: deployments,
    object,
    watches: [pods],
    item() {
      const wanted = object.spec.replicas ?? 1;
      const ready = object.status?.readyReplicas ?? 0;
      const rolling = (object.status?.updatedReplicas ?? 0) < wanted || ready < wanted;
      return objectItem(
        node,
        { icon: 'rocket', health: rolling ? 'busy' : 'good', description: `${ready}/${wanted} ready` },
        true,
      );
    },
    children: () =>
      byName(podsOf(session, object)).map((pod) => podNode(session, pod, `${object.metadata.uid}/`)),
  };
  return node;
}

/** The pods of the deployment's replica sets, by owner references. */
function podsOf(session: ClusterSession, deployment: Deployment): readonly Pod[] {
  const { namespace, uid } = deployment.metadata;
  const sets = session
    .informer(replicaSets)
    .list(namespace)
    .filter((set) => controllerOf(set)?.uid === uid);
  const owners = new Set(sets.map((set) => set.metadata.uid));
  return session
    .informer(pods)
    .list(namespace)
    .filter((pod) => owners.has(controllerOf(pod)?.uid ?? ''));
}

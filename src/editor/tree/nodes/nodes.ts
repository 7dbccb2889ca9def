import type { Clock } from '../../../base/clock.ts';
import { nodes } from '../../../api/resources.ts';
import type { Node } from '../../../api/types.ts';
import type { ClusterEntry } from '../../model/clusterEntry.ts';
import type { ClusterModel } from '../../model/clusterModel.ts';
import { nodeState } from '../../model/health.ts';
import type { MachineState, MachineStates } from '../../model/machineStates.ts';
import type { ClusterSession } from '../../model/session.ts';
import { stageText } from '../../model/work.ts';
import { flagsOf } from '../flags.ts';
import type { Hover } from '../hover.ts';
import { objectId, objectItem, type ObjectNode } from '../objectNode.ts';
import { byName, section } from '../section.ts';
import type { TreeNode } from '../treeNode.ts';
import { machineNode } from './machines.ts';

export interface NodesWorld {
  readonly model: ClusterModel;
  readonly machines: MachineStates;
  readonly clock: Clock;
}

/**
 * The nodes of a cluster: those of the API, and those whose machines are being made or could not be had. None where
 * there is nothing to show yet.
 */
export function nodesSection(world: NodesWorld, { name, state, work }: ClusterEntry): readonly TreeNode[] {
  const { model, clock } = world;
  const informer = state.phase === 'running' ? state.session.informer(nodes) : undefined;
  const known = (): readonly Node[] => byName(informer?.list() ?? []);
  /** Machines without a node: being made, failed, or declared and not there. */
  const others = (): readonly string[] => {
    const entry = model.entry(name);
    // Before the first list has come, a node that is not in it may be there all the same.
    const declared = informer?.synced === true ? (entry?.traits?.profile.nodes ?? []) : [];
    const there = new Set(known().map((node) => node.metadata.name));
    const names = new Set([
      ...declared.map((node) => node.name),
      ...(entry?.work?.stages() ?? []).map(({ machine }) => machine),
    ]);
    return [...names].filter((machine) => !there.has(machine)).sort();
  };
  const count = (): number => known().length + others().length;
  if (informer === undefined && count() === 0) return [];
  return [
    section({
      id: `${name}/nodes`,
      cluster: name,
      label: 'Nodes',
      icon: 'server',
      contextValue: `wheelhouse.nodes${work === undefined ? '' : ';making'}`,
      watches: [nodes],
      showsWork: true,
      // Expanded, because the user waits for nodes that are being made.
      expanded: work !== undefined,
      count,
      children: () => [
        ...known().map((object) => nodeNode(world, name, object)),
        ...others().map((machine) => machineNode(model, clock, name, machine)),
      ],
    }),
  ];
}

/** The nodes of a cluster that is none of ours: those of the API alone. */
export function sessionNodes(world: NodesWorld, session: ClusterSession): TreeNode {
  const { cluster } = session;
  return section({
    id: `${cluster}/nodes`,
    cluster,
    label: 'Nodes',
    icon: 'server',
    watches: [nodes],
    count: () => session.cached(nodes)?.list().length,
    children: () => byName(session.informer(nodes).list()).map((object) => nodeNode(world, cluster, object)),
  });
}

function nodeNode({ model, machines, clock }: NodesWorld, cluster: string, object: Node): ObjectNode<Node> {
  const node: ObjectNode<Node> = {
    id: objectId(cluster, nodes, object),
    cluster,
    resource: nodes,
    object,
    item() {
      const { text, health } = nodeState(object);
      const down = downText(machines.get(cluster, object.metadata.name));
      const entry = model.entry(cluster);
      const stage = entry?.work?.stage(object.metadata.name);
      const working = stage?.phase === 'busy';
      const item = objectItem(
        node,
        {
          icon: working ? 'loading~spin' : 'vm',
          health: working ? 'busy' : health,
          description: working
            ? stageText(stage, clock.monotonic())
            : [text, ...(down === undefined ? [] : [down])].join(', '),
          hover: hoverOf(object, down === undefined ? text : `${text}: its ${down}`),
        },
        false,
      );
      const flags = entry === undefined ? '' : flagsOf(entry);
      const cordoned = object.spec.unschedulable === true ? ';cordoned' : '';
      item.contextValue = `wheelhouse.object.nodes${flags}${down === undefined ? '' : ';down'}${cordoned}`;
      return item;
    },
  };
  return node;
}

/** Why a node cannot answer: its machine does not run. Undefined where it does, or nothing is known. */
function downText(state: MachineState | undefined): string | undefined {
  switch (state) {
    case 'stopped':
    case 'failed':
      return 'machine is stopped';
    case 'paused':
      return 'machine is suspended';
    case 'missing':
      return 'machine is missing';
    default:
      return undefined;
  }
}

/** What a node is, line by line: `kubectl get nodes -o wide` has the same. */
function hoverOf(object: Node, state: string): Hover {
  const { nodeInfo, capacity, addresses = [] } = object.status ?? {};
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Roles', rolesOf(object)],
    ['Version', nodeInfo?.kubeletVersion],
    ['System', nodeInfo === undefined ? undefined : `${nodeInfo.osImage}, ${nodeInfo.kernelVersion}`],
    ['Runtime', nodeInfo?.containerRuntimeVersion],
    ['Address', addresses.find(({ type }) => type === 'InternalIP')?.address],
    ['Capacity', `CPU ${capacity?.['cpu'] ?? '?'}, memory ${capacity?.['memory'] ?? '?'}`],
  ];
  const shown = lines.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}: ${value}`],
  );
  return { title: object.metadata.name, text: state, list: shown };
}

const ROLE = 'node-role.kubernetes.io/';

function rolesOf(node: Node): string {
  const roles = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(ROLE));
  return roles.length === 0 ? 'worker' : roles.map((label) => label.slice(ROLE.length)).join(', ');
}

import { ThemeColor, ThemeIcon, TreeItem } from 'vscode';
import { pods } from '../../../api/resources.ts';
import type { ContainerStatus, Pod } from '../../../api/types.ts';
import type { ClusterSession } from '../../model/session.ts';
import type { ObjectNode } from '../objectNode.ts';

/** A container of a pod: what acts on a pod acts on it, and need not ask which one. */
export interface ContainerNode extends ObjectNode<Pod> {
  readonly container: string;
}

export function isContainerNode(node: unknown): node is ContainerNode {
  return typeof node === 'object' && node !== null && 'container' in node && 'object' in node;
}

/** The containers of a pod in the order in which they start. */
export function containerNodes(session: ClusterSession, pod: Pod, parent: string): readonly ContainerNode[] {
  const { spec, status } = pod;
  const of = (
    list: readonly { readonly name: string; readonly image?: string }[] | undefined,
    statuses: readonly ContainerStatus[] | undefined,
    what: string,
  ): readonly ContainerNode[] =>
    (list ?? []).map(({ name, image = '' }) =>
      containerNode(session, pod, { id: `${parent}/${name}`, name, image, what }, find(statuses, name)),
    );
  return [
    ...of(spec.initContainers, status?.initContainerStatuses, 'init'),
    ...of(spec.containers, status?.containerStatuses, ''),
    ...of(spec.ephemeralContainers, status?.ephemeralContainerStatuses, 'debug'),
  ];
}

function find(statuses: readonly ContainerStatus[] | undefined, name: string): ContainerStatus | undefined {
  return statuses?.find((status) => status.name === name);
}

function containerNode(
  session: ClusterSession,
  pod: Pod,
  { id, name, image, what }: { id: string; name: string; image: string; what: string },
  status: ContainerStatus | undefined,
): ContainerNode {
  return {
    id,
    cluster: session.cluster,
    resource: pods,
    object: pod,
    container: name,
    item() {
      const { text, colour } = stateOf(status);
      const restarts =
        status?.restartCount === undefined || status.restartCount === 0 ? '' : ` ↻${status.restartCount}`;
      const item = new TreeItem(name);
      item.id = id;
      item.description = `${what === '' ? '' : `${what}, `}${text}${restarts}`;
      item.iconPath = new ThemeIcon('symbol-constant', colour);
      item.contextValue = 'wheelhouse.container;logs;shell';
      item.tooltip = image;
      item.accessibilityInformation = { label: `Container ${name}, ${item.description}` };
      return item;
    },
  };
}

function stateOf(status: ContainerStatus | undefined): { text: string; colour?: ThemeColor } {
  const { running, terminated, waiting } = status?.state ?? {};
  if (running !== undefined)
    return {
      text: status?.ready === true ? 'running' : 'running, not ready',
      colour: new ThemeColor(status?.ready === true ? 'testing.iconPassed' : 'testing.iconQueued'),
    };
  if (terminated !== undefined)
    return {
      text: terminated.reason ?? `exit code ${terminated.exitCode}`,
      ...(terminated.exitCode === 0 ? {} : { colour: new ThemeColor('testing.iconFailed') }),
    };
  return { text: waiting?.reason ?? 'waiting', colour: new ThemeColor('testing.iconQueued') };
}

import type { Pod } from '../../api/types.ts';
import type { NodeInfo, Plugin, Status } from '../framework.ts';
import { hostPorts } from '../nodeInfo.ts';

const TAKEN: Status = {
  code: 'Unschedulable',
  reasons: ["node(s) didn't have free ports for the requested pod ports"],
  plugin: 'NodePorts',
};
const WILDCARD = '0.0.0.0';

/** Host ports must be free (`plugins/nodeports`). */
export function nodePorts(): Plugin {
  return {
    name: 'NodePorts',
    preFilter(state, pod) {
      const ports = hostPorts(pod);
      if (ports.length === 0) return { status: { code: 'Skip', reasons: [] } };
      state.write('NodePorts', ports);
      return undefined;
    },
    filter(state, _pod, info) {
      const wanted = state.read<readonly string[]>('NodePorts') ?? [];
      return wanted.some((port) => isTaken(port, info)) ? TAKEN : undefined;
    },
    events: () => [
      { event: { resource: 'Node', actions: ['Add'] } },
      {
        event: { resource: 'AssignedPod', actions: ['Delete'] },
        hint: (pod, old) => (portsOverlap(pod, old as Pod) ? 'Queue' : 'QueueSkip'),
      },
    ],
  };
}

/** The wildcard address takes a port on every address (kube-scheduler framework HostPortInfo.CheckConflict). */
function isTaken(port: string, info: NodeInfo): boolean {
  if (info.usedPorts.size === 0) return false;
  const [ip, rest] = split(port);
  if (ip !== WILDCARD) return info.usedPorts.has(port) || info.usedPorts.has(`${WILDCARD}/${rest}`);
  for (const used of info.usedPorts) if (split(used)[1] === rest) return true;
  return false;
}

function portsOverlap(a: Pod, b: Pod): boolean {
  const others = hostPorts(b).map(split);
  return hostPorts(a)
    .map(split)
    .some(([ip, rest]) =>
      others.some(
        ([otherIp, other]) => rest === other && (ip === otherIp || ip === WILDCARD || otherIp === WILDCARD),
      ),
    );
}

function split(port: string): readonly [ip: string, rest: string] {
  const slash = port.indexOf('/');
  return [port.slice(0, slash), port.slice(slash + 1)];
}

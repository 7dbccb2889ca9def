import type { Plugin, Status } from '../framework.ts';

const MISMATCH: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match the requested node name"],
  plugin: 'NodeName',
};

/** Only the node that spec.nodeName names (`plugins/nodename/node_name.go`). */
export function nodeName(): Plugin {
  return {
    name: 'NodeName',
    preFilter(_state, pod) {
      return (pod.spec.nodeName ?? '') === '' ? { status: { code: 'Skip', reasons: [] } } : undefined;
    },
    filter(_state, pod, info) {
      return pod.spec.nodeName === info.name ? undefined : MISMATCH;
    },
    events: () => [{ event: { resource: 'Node', actions: ['Add'] } }],
  };
}

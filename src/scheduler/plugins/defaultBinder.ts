import { pods } from '../../api/resources.ts';
import type { Plugin, PluginContext } from '../framework.ts';

/** Writes the decision as a Binding (`plugins/defaultbinder`). */
export function defaultBinder({ client }: PluginContext): Plugin {
  return {
    name: 'DefaultBinder',
    async bind(_state, pod, node, signal) {
      const { name, namespace, uid } = pod.metadata;
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { kind: 'Node', name: node },
      };
      await client.createSubresource(pods, { name, namespace }, 'binding', binding, { signal });
      return undefined;
    },
  };
}

import { writeProfile } from '../profile.ts';
import { adminOf, type Action } from './action.ts';

/** Deletes a node's machine, and takes the node out of the cluster and its profile. */
export function removeMachine(node: string): Action {
  return {
    title: `Removing ${node}`,
    async run(context) {
      const { provider, profile, paths, signal } = context;
      const machine = (await provider.list(profile.name)).find((m) => m.name === node);
      if (machine !== undefined) await provider.delete(machine, signal);
      await (await adminOf(context)).forget(node);
      const nodes = profile.nodes.filter((n) => n.name !== node);
      await writeProfile(paths.profile, { ...profile, nodes });
    },
  };
}

import type { NodeSettings } from '../../protocol/agentLink.ts';
import type { ClusterProfile, NodeProfile } from '../profile.ts';

/** What a node is declared to be, as its agent is told: with the machine, and again whenever it starts. */
export function nodeSettings(profile: ClusterProfile, node: NodeProfile): NodeSettings {
  return {
    labels: node.labels ?? {},
    providerID: `${profile.machines}://${profile.name}/${node.name}`,
    ...(node.capacity === undefined ? {} : { capacity: node.capacity }),
    // A container has its host's clock, which it may not set.
    ...(profile.machines === 'vagrant' ? { ownClock: true } : {}),
  };
}

import type { Plugin } from '../framework.ts';

/** Keeps pods with scheduling gates out of the queue (`plugins/schedulinggates`, KEP-3521). */
export function schedulingGates(): Plugin {
  return {
    name: 'SchedulingGates',
    preEnqueue(pod) {
      const gates = pod.spec.schedulingGates ?? [];
      if (gates.length === 0) return undefined;
      const names = gates.map((gate) => gate.name).join(' ');
      return {
        code: 'UnschedulableAndUnresolvable',
        reasons: [`waiting for scheduling gates: [${names}]`],
      };
    },
    events: () => [{ event: { resource: 'Pod', actions: ['UpdateGatesEliminated'] } }],
  };
}

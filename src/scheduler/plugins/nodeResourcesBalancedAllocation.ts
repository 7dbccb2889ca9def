import type { Plugin } from '../framework.ts';
import { podRequests, type PodRequests } from '../podRequests.ts';

const KEY = 'NodeResourcesBalancedAllocation';

/** Nodes whose cpu and memory would be used alike are better (`plugins/noderesources/balanced_allocation.go`). */
export function nodeResourcesBalancedAllocation(): Plugin {
  return {
    name: 'NodeResourcesBalancedAllocation',
    preScore(state, pod) {
      const requests = podRequests(pod);
      // Otherwise pods that request nothing would all go to the one node that is balanced best.
      if (requests.cpu === 0 && requests.memory === 0) return { code: 'Skip', reasons: [] };
      state.write(KEY, requests);
      return undefined;
    },
    score(state, pod, info) {
      const requests = state.read<PodRequests>(KEY) ?? podRequests(pod);
      const { allocatable, requested } = info;
      const wholeCpu = allocatable.cpu;
      const wholeMemory = allocatable.memory;
      if (wholeCpu === 0 || wholeMemory === 0) return 100;
      const cpu = Math.min((requested.cpu + requests.cpu) / wholeCpu, 1);
      const memory = Math.min((requested.memory + requests.memory) / wholeMemory, 1);
      return Math.trunc((1 - Math.abs(cpu - memory) / 2) * 100);
    },
  };
}

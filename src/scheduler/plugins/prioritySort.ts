import type { Plugin } from '../framework.ts';

/** Higher priority first, then the order of arrival (`plugins/queuesort/priority_sort.go`). */
export function prioritySort(): Plugin {
  return {
    name: 'PrioritySort',
    less(a, b) {
      const left = a.pod.spec.priority ?? 0;
      const right = b.pod.spec.priority ?? 0;
      return left > right || (left === right && a.timestamp < b.timestamp);
    },
  };
}

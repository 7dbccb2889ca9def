import type { Column } from '../../kind.ts';
import type { Pod } from '../../types.ts';
import { age, ageColumn, column, nameColumn, NONE, orNone, wideColumn } from '../../columns.ts';
import { podSummary } from './summary.ts';

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  column('Ready', 'string', 'Containers that are ready, of all.', (object) => {
    const { ready, total } = podSummary(object);
    return `${ready}/${total}`;
  }),
  column('Status', 'string', 'What the pod is doing, in one word.', (object) => podSummary(object).reason),
  column('Restarts', 'string', 'Restarts of its containers, and when the last one was.', (object, now) => {
    const { restarts, lastRestart } = podSummary(object);
    return restarts === 0 || lastRestart === undefined
      ? String(restarts)
      : `${restarts} (${age(lastRestart, now)} ago)`;
  }),
  ageColumn,
  wideColumn('IP', 'string', 'Address of the pod.', (object) =>
    orNone(object.status?.podIPs?.[0]?.ip ?? object.status?.podIP),
  ),
  wideColumn('Node', 'string', 'Node it is bound to.', (object) => orNone(object.spec.nodeName)),
  wideColumn('Nominated Node', 'string', 'Node on which room is being made for it.', (object) =>
    orNone(object.status?.nominatedNodeName),
  ),
  wideColumn('Readiness Gates', 'string', 'Readiness gates that are met, of all.', (object) => {
    const gates = object.spec.readinessGates ?? [];
    if (gates.length === 0) return NONE;
    const met = gates.filter((gate) =>
      object.status?.conditions?.some((c) => c.type === gate.conditionType && c.status === 'True'),
    );
    return `${met.length}/${gates.length}`;
  }),
];

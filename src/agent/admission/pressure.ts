import { isCritical } from '../../api/priority.ts';
import { qosClassOf } from '../../api/podSpec/qos.ts';
import { tolerates } from '../../api/tolerations.ts';
import type { PodAdmitHandler } from './contract.ts';

const MEMORY_PRESSURE_TAINT = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' } as const;

/**
 * A node that is short of something takes only what it cannot do without; short of memory alone, also pods that said how
 * much they need, or that tolerate it (eviction_manager.go `Admit`).
 */
export const admitUnderPressure: PodAdmitHandler = ({ spec }, _others, { pressure }) => {
  if (pressure.size === 0 || isCritical(spec)) return undefined;
  const isShortOfMemoryAlone = pressure.size === 1 && pressure.has('MemoryPressure');
  const toleratesIt = (spec.tolerations ?? []).some((each) => tolerates(each, MEMORY_PRESSURE_TAINT));
  if (isShortOfMemoryAlone && (qosClassOf(spec) !== 'BestEffort' || toleratesIt)) return undefined;
  return { reason: 'Evicted', message: `The node had condition: [${[...pressure].join(' ')}]. ` };
};

import type { Draft } from '../../../api/meta.ts';
import type { Pod } from '../../../api/types.ts';

/** If a quota counts one of these, every container must set it (`podEvaluator.Constraints`). */
const MUST_SAY = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

/** `cpu for: a,b; memory for: a`: the resources that containers do not set; '' if they set all. */
export function missingIn(pod: Draft<Pod>, counted: readonly string[]): string {
  const { spec } = pod;
  const missing: string[] = [];
  for (const name of MUST_SAY.filter((each) => counted.includes(each))) {
    const list = name.startsWith('limits.') ? 'limits' : 'requests';
    const resource = name.replace(/^(requests|limits)\./, '');
    if (spec.resources?.[list]?.[resource] !== undefined) continue;
    const silent = [...spec.containers, ...(spec.initContainers ?? [])].filter(
      ({ resources }) => resources?.[list]?.[resource] === undefined,
    );
    if (silent.length > 0)
      missing.push(`${name} for: ${silent.map((container) => container.name).join(',')}`);
  }
  return missing.join('; ');
}

import type { Draft } from '../../../api/meta.ts';
import { amountsOf, containerLimits, containerRequests } from '../../../api/podSpec/containerRequests.ts';
import { limitRanges, persistentVolumeClaims, pods } from '../../../api/resources.ts';
import type { LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from '../../../api/types.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../contract.ts';
import { isAbout, refuse } from '../refuse.ts';
import { violations } from './constraints.ts';
import { fillIn } from './defaults.ts';

/**
 * Checks pods, containers and claims against the LimitRanges of their namespace (`plugin/pkg/admission/limitranger`).
 */
export function limitRanger(reader: AdmissionReader): AdmissionPlugin {
  const rangesOf = ({ namespace }: AdmissionAttributes): readonly LimitRange[] => {
    const all = reader.list(limitRanges, namespace) as readonly LimitRange[];
    return all.length === 0 ? all : all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  };
  return {
    name: 'LimitRanger',
    handles: (attributes) =>
      (attributes.operation === 'CREATE' &&
        (isAbout(attributes, pods) || isAbout(attributes, persistentVolumeClaims))) ||
      (attributes.operation === 'UPDATE' &&
        (isAbout(attributes, pods, 'resize') || isAbout(attributes, persistentVolumeClaims))),
    mutate(attributes) {
      if (attributes.operation !== 'CREATE' || !isAbout(attributes, pods)) return;
      const ranges = rangesOf(attributes);
      if (ranges.length > 0) fillIn(attributes.object as unknown as Draft<Pod>, ranges);
    },
    validate(attributes) {
      const ranges = rangesOf(attributes);
      if (ranges.length === 0) return [];
      const items = ranges.flatMap(({ spec }) => spec?.limits ?? []);
      const isPod = isAbout(attributes, pods) || isAbout(attributes, pods, 'resize');
      const found = isPod
        ? podViolations(items, attributes.object as unknown as Draft<Pod>)
        : claimViolations(items, attributes.object as unknown as Draft<PersistentVolumeClaim>);
      const [first, ...more] = [...new Set(found)];
      if (first === undefined) return [];
      throw refuse(attributes, more.length === 0 ? first : `[${[first, ...more].join(', ')}]`);
    },
  };
}

function podViolations(items: readonly LimitRangeItem[], { spec }: Draft<Pod>): readonly string[] {
  return items.flatMap((item) => {
    if (item.type === 'Pod') {
      return violations(item, { requests: containerRequests(spec), limits: containerLimits(spec) });
    }
    if (item.type !== 'Container') return [];
    return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
      violations(item, { requests: amountsOf(resources?.requests), limits: amountsOf(resources?.limits) }),
    );
  });
}

function claimViolations(
  items: readonly LimitRangeItem[],
  { spec }: Draft<PersistentVolumeClaim>,
): readonly string[] {
  const usage = { requests: amountsOf(spec.resources?.requests), limits: amountsOf(spec.resources?.limits) };
  return items
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap((item) => violations(item, usage));
}

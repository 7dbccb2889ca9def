import { LabelMatcher, type LabelRequirement } from '../api/labels.ts';
import type { PodSelector } from './podCounters.ts';

/** A selector for counting, from matchers that must all match; not for those that select nothing. */
export function podSelector(...matchers: readonly LabelMatcher[]): PodSelector {
  const all = new LabelMatcher(matchers.flatMap(({ requirements }) => requirements));
  const exact = all.requirements.find(isExact);
  const [value] = exact?.values ?? [];
  return {
    key: all.toString(),
    matches: (labels) => all.matches(labels),
    pair: exact === undefined || value === undefined ? undefined : { key: exact.key, value },
  };
}

function isExact({ operator, values }: LabelRequirement): boolean {
  return values.length === 1 && (operator === '=' || operator === '==' || operator === 'in');
}

import type { LabelSelector } from '../api/meta.ts';
import type { PodSelector } from './podCounters.ts';

type Labels = Readonly<Record<string, string>>;

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** All of the given selectors together: label maps and label selectors. `undefined` where they ask for nothing. */
export function podSelector(
  maps: readonly Labels[],
  selectors: readonly LabelSelector[],
): PodSelector | undefined {
  const requirements: Requirement[] = [];
  const add = (labels: Labels): void => {
    for (const [key, value] of Object.entries(labels))
      requirements.push({ key, operator: 'In', values: [value] });
  };
  for (const map of maps) add(map);
  for (const { matchLabels = {}, matchExpressions = [] } of selectors) {
    add(matchLabels);
    for (const { key, operator, values = [] } of matchExpressions)
      requirements.push({ key, operator, values });
  }
  if (requirements.length === 0) return undefined;
  const first = requirements.find(({ operator, values }) => operator === 'In' && values.length === 1);
  const value = first?.values[0];
  return {
    key: JSON.stringify(requirements.map(({ key, operator, values }) => [key, operator, ...values]).sort()),
    matches: (labels) => requirements.every((requirement) => holds(requirement, labels)),
    pair: first === undefined || value === undefined ? undefined : { key: first.key, value },
  };
}

export const EVERY_POD: PodSelector = { key: '*', matches: () => true };
export const NO_POD: PodSelector = { key: '-', matches: () => false };

function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

import type { KubeObject } from '../../api/meta.ts';
import type { Look } from './kindView.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The conditions of an object of any kind; none where it has none. */
export function conditionsOf(object: KubeObject): readonly Condition[] {
  const { status } = object as { readonly status?: { readonly conditions?: unknown } };
  return Array.isArray(status?.conditions) ? (status.conditions as Condition[]) : [];
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** The state of an object of an unknown kind, by the usual conditions. */
export function lookByConditions(object: KubeObject): Look {
  const told = conditionOf(object, 'Ready') ?? conditionOf(object, 'Available');
  if (told === undefined) return {};
  const { type, status, reason = '', message = '' } = told;
  const well = status === 'True';
  return {
    description: well ? type : reason === '' ? `not ${type}` : reason,
    health: well ? 'good' : status === 'Unknown' ? 'busy' : 'bad',
    ...(message === '' ? {} : { hover: { title: object.metadata.name, paragraphs: [message] } }),
  };
}

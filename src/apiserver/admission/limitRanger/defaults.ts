import type { Draft } from '../../../api/meta.ts';
import type { LimitRange, Pod } from '../../../api/types.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

type Amounts = Readonly<Record<string, string>>;
type Container = Draft<Pod>['spec']['containers'][number];

/**
 * Sets the requests and limits that containers omit, and lists them in an annotation of the pod
 * (`mergePodResourceRequirements`).
 */
export function fillIn(pod: Draft<Pod>, ranges: readonly LimitRange[]): void {
  const items = ranges.flatMap(({ spec }) => (spec?.limits ?? []).filter(({ type }) => type === 'Container'));
  const limits = Object.assign({}, ...items.map((item) => item.default)) as Amounts;
  const requests = Object.assign({}, ...items.map((item) => item.defaultRequest)) as Amounts;
  // This runs before validation, so required fields may be missing here.
  const spec = (pod as Partial<typeof pod>).spec as Partial<Draft<Pod>['spec']> | undefined;
  const notes = [
    ...(spec?.containers ?? []).flatMap((container) => fill(container, 'container', limits, requests)),
    ...(spec?.initContainers ?? []).flatMap((container) =>
      fill(container, 'init container', limits, requests),
    ),
  ];
  if (notes.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}`,
  };
}

function fill(container: Container, what: string, limits: Amounts, requests: Amounts): string[] {
  const own = container.resources ?? {};
  const added = (given: Amounts | undefined, defaults: Amounts): string[] =>
    Object.keys(defaults)
      .filter((name) => given?.[name] === undefined)
      .sort();
  const newLimits = added(own.limits, limits);
  const newRequests = added(own.requests, requests);
  if (newLimits.length + newRequests.length === 0) return [];
  container.resources = {
    ...own,
    ...(newLimits.length === 0 ? {} : { limits: { ...limits, ...own.limits } }),
    ...(newRequests.length === 0 ? {} : { requests: { ...requests, ...own.requests } }),
  };
  return [
    ...(newRequests.length === 0 ? [] : [`${newRequests.join(', ')} request for ${what} ${container.name}`]),
    ...(newLimits.length === 0 ? [] : [`${newLimits.join(', ')} limit for ${what} ${container.name}`]),
  ];
}

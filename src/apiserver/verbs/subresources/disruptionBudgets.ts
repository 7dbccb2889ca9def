import {
  DISRUPTION_ALLOWED,
  SYNC_FAILED,
  withDisruptionAllowed,
} from '../../../api/kinds/podDisruptionBudget/disruptionAllowed.ts';
import { matcherOf } from '../../../api/labels.ts';
import { type Draft, draftOf } from '../../../api/meta.ts';
import { podDisruptionBudgets } from '../../../api/resources.ts';
import { forbidden, StatusError } from '../../../api/status.ts';
import { timeOf } from '../../../api/time.ts';
import type { Pod, PodDisruptionBudget } from '../../../api/types.ts';
import type { RegistryOptions, WriteContext } from '../../registry/context.ts';
import { prefixOf } from '../../registry/keys.ts';
import type { ResourceTable } from '../../resources/table.ts';
import { strategyOf } from '../../registry/strategy.ts';
import { updateObject } from '../../registry/update.ts';

/** More evictions than this that the controller has not noticed are held back. */
const MAX_DISRUPTED_PODS = 2_000;
const WAIT_SECONDS = 10;
const BUDGET = { group: 'policy', plural: 'poddisruptionbudget' };

/**
 * The budget that a pod is under, undefined for none.
 * @throws StatusError where there are several, which cannot be kept together
 */
export function budgetOf(registry: RegistryOptions, pod: Pod): PodDisruptionBudget | undefined {
  const { namespace, labels } = pod.metadata;
  const [budget, ...others] = registry.cache
    .list(prefixOf(podDisruptionBudgets, namespace))
    .map((entry) => entry.object as PodDisruptionBudget)
    .filter(({ spec }) => matcherOf(spec?.selector).matches(labels));
  if (others.length === 0) return budget;
  throw new StatusError(
    500,
    '',
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  );
}

/** Whether the budget lets a pod go that is not ready, which counts for nothing. */
export function letsUnhealthyGo({ spec, status }: PodDisruptionBudget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/**
 * Takes one disruption from the budget and notes for which pod: the second one finds it taken (checkAndDecrement).
 * @throws StatusError TooManyRequests where none is left
 */
export async function takeDisruption(
  { registry, resources }: { readonly registry: RegistryOptions; readonly resources: ResourceTable },
  context: WriteContext,
  { metadata: { namespace, name } }: PodDisruptionBudget,
  pod: Pod,
): Promise<void> {
  const served = resources.snapshot.stored(podDisruptionBudgets.group, podDisruptionBudgets.plural);
  if (served === undefined) throw new Error('budgets are not served');
  const now = timeOf(registry.clock.now());
  await updateObject(
    registry,
    { ...context, manager: 'kube-apiserver' },
    {
      served,
      namespace,
      name,
      subresource: 'status',
      strategy: strategyOf(served.kind, 'status'),
      allowCreate: false,
      desired(existing) {
        const budget = existing as PodDisruptionBudget;
        const { status, allowed } = checked(budget);
        const draft = draftOf(budget);
        const left = { ...status, disruptionsAllowed: allowed - 1 };
        return {
          ...draft,
          status: {
            ...(left.disruptionsAllowed === 0 ? withDisruptionAllowed(left, now) : left),
            disruptedPods: { ...status.disruptedPods, [pod.metadata.name]: now },
          },
        } as unknown as Draft;
      },
    },
  );
}

type Status = NonNullable<PodDisruptionBudget['status']>;

function checked({ metadata, status = {} }: PodDisruptionBudget): { status: Status; allowed: number } {
  const { name, generation = 0 } = metadata;
  const allowed = status.disruptionsAllowed ?? 0;
  if ((status.observedGeneration ?? 0) < generation) throw beingProcessed(name);
  if (allowed < 0) throw forbidden(BUDGET, name, 'pdb disruptions allowed is negative');
  if (Object.keys(status.disruptedPods ?? {}).length > MAX_DISRUPTED_PODS) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw forbidden(BUDGET, name, why);
  }
  if (allowed === 0) throw refused(whyNone(name, status));
  return { status, allowed };
}

/** The budget's numbers are not those of now. */
export function beingProcessed(name: string): StatusError {
  return refused(`The disruption budget ${name} is still being processed by the server.`, WAIT_SECONDS);
}

function whyNone(name: string, { currentHealthy = 0, desiredHealthy = 0, conditions = [] }: Status): string {
  const condition = conditions.find(({ type }) => type === DISRUPTION_ALLOWED);
  if (condition?.status === 'False' && condition.reason === SYNC_FAILED) {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${condition.message}`;
  }
  return currentHealthy <= desiredHealthy
    ? `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
    : `The disruption budget ${name} does not allow evicting pods currently`;
}

function refused(message: string, retryAfterSeconds?: number): StatusError {
  return new StatusError(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    {
      details: {
        causes: [{ reason: 'DisruptionBudget', message }],
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      },
    },
  );
}

import { matcherOf, type LabelMatcher } from '../../api/labels.ts';
import { controllerOf, draftOf, keyOf, parseKey } from '../../api/meta.ts';
import { deployments, podDisruptionBudgets, pods, replicaSets } from '../../api/resources.ts';
import { isConflict, isNotFound } from '../../api/status.ts';
import type { Deployment, Pod, PodDisruptionBudget, ReplicaSet } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import type { Lister } from '../../client/informer.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';
import { budgetStatus, failedStatus, type BudgetStatus } from './budgetStatus.ts';

/** Says how many pods may go of those that a PodDisruptionBudget selects (`pkg/controller/disruption`). */
export function disruptionController(context: ControllerContext): Controller {
  const { client, clock, events, informers, enqueue } = context;
  const budgets = informers.for(podDisruptionBudgets);
  const allPods = informers.for(pods);
  const sets = informers.for(replicaSets);
  const workloads = informers.for(deployments);

  const wakeBudget = (budget: PodDisruptionBudget): void => enqueue(keyOf(budget.metadata));
  budgets.addHandler({ onAdd: wakeBudget, onUpdate: wakeBudget });
  const wakeBudgetsOf = (pod: Pod): void => {
    for (const budget of budgets.list(pod.metadata.namespace)) {
      if (selectorOf(budget).matches(pod.metadata.labels)) wakeBudget(budget);
    }
  };
  allPods.addHandler({
    onAdd: wakeBudgetsOf,
    onUpdate(pod, old) {
      wakeBudgetsOf(pod);
      if (!equal(pod.metadata.labels, old.metadata.labels)) wakeBudgetsOf(old);
    },
    onDelete: wakeBudgetsOf,
  });

  const write = async (
    budget: PodDisruptionBudget,
    status: BudgetStatus,
    signal: AbortSignal,
  ): Promise<void> => {
    if (equal(budget.status, status)) return;
    try {
      await client.update(podDisruptionBudgets, draftOf({ ...budget, status }), {
        subresource: 'status',
        signal,
      });
    } catch (error) {
      // It has changed, of which the informer tells.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  };

  return {
    name: 'disruption',
    workers: 1,
    async reconcile(key, signal) {
      const { namespace = '', name } = parseKey(key);
      const budget = budgets.get(namespace, name);
      if (budget === undefined) return undefined;
      const selector = selectorOf(budget);
      const selected = allPods.list(namespace).filter((pod) => selector.matches(pod.metadata.labels));
      if (selected.length === 0) events.event(budget, 'Normal', 'NoPods', 'No matching pods found');
      const now = clock.now();
      const expectedScale = (): number => {
        const { scale, unmanaged } = scaleOf(selected, sets, workloads);
        if (unmanaged > 0) events.event(budget, 'Warning', 'UnmanagedPods', unmanagedMessage(selector));
        return scale;
      };
      try {
        const { status, notDeleted, recheckAt } = budgetStatus(budget, selected, expectedScale, now);
        for (const pod of notDeleted) {
          const message = `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`;
          events.event(pod, 'Warning', 'NotDeleted', message);
        }
        await write(budget, status, signal);
        return recheckAt === undefined ? undefined : { requeueAfterMs: recheckAt - now + 1 };
      } catch (error) {
        if (!(error instanceof UnknownControllerError)) throw error;
        const message = `Failed to calculate the number of expected pods: ${error.message}`;
        events.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
        await write(budget, failedStatus(budget, error.message, now), signal);
        throw error;
      }
    },
  };
}

/** A pod is managed by something whose number of pods is not known here. */
class UnknownControllerError extends Error {
  override readonly name = 'UnknownControllerError';
}

/** How many pods the controllers of these pods want, each controller once, and how many of the pods have none. */
function scaleOf(
  selected: readonly Pod[],
  sets: Lister<ReplicaSet>,
  workloads: Lister<Deployment>,
): { readonly scale: number; readonly unmanaged: number } {
  const scales = new Map<string, number>();
  let unmanaged = 0;
  for (const pod of selected) {
    const { namespace } = pod.metadata;
    const reference = controllerOf(pod);
    if (reference === undefined) {
      unmanaged += 1;
      continue;
    }
    if (scales.has(reference.uid)) continue;
    const set = reference.kind === 'ReplicaSet' ? sets.get(namespace, reference.name) : undefined;
    const above = set === undefined ? undefined : controllerOf(set);
    const owner =
      above?.kind === 'Deployment' ? uidMatching(workloads.get(namespace, above.name), above.uid) : set;
    if (owner === undefined || set?.metadata.uid !== reference.uid) {
      throw new UnknownControllerError(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
    }
    scales.set(owner.metadata.uid, owner.spec.replicas ?? 1);
  }
  return { scale: [...scales.values()].reduce((sum, scale) => sum + scale, 0), unmanaged };
}

function uidMatching(owner: Deployment | undefined, uid: string): Deployment | undefined {
  return owner?.metadata.uid === uid ? owner : undefined;
}

function selectorOf({ spec }: PodDisruptionBudget): LabelMatcher {
  return matcherOf(spec?.selector);
}

function unmanagedMessage(selector: LabelMatcher): string {
  return (
    `Pods selected by this PodDisruptionBudget (selector: ${selector.toString()}) were found to be unmanaged. ` +
    'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
    'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.'
  );
}

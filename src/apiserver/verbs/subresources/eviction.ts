import { type Draft, draftOf, type KubeObject } from '../../../api/meta.ts';
import { isConflict } from '../../../api/status.ts';
import { timeOf } from '../../../api/time.ts';
import type { DeleteOptions, Eviction, Pod } from '../../../api/types.ts';
import { creationOf } from '../admit.ts';
import type { Handler, HandlerOptions, Target } from '../handler.ts';
import { writeContext } from '../writeOptions.ts';
import type { WriteContext } from '../../registry/context.ts';
import { deleteObject, type DeleteOutcome } from '../../registry/delete.ts';
import { strategyOf } from '../../registry/strategy.ts';
import { alreadyAdmitted, updateObject } from '../../registry/update.ts';
import { bodyTypeOf, subresourceBody } from './body.ts';
import { beingProcessed, budgetOf, letsUnhealthyGo, takeDisruption } from './disruptionBudgets.ts';
import { podOf } from './podTarget.ts';
import { success } from './status.ts';

/** POST pods/eviction (policy/v1): a delete that a disruption budget may hold back (core/pod `storage/eviction.go`). */
export const evict: Handler = async (options, exchange, target) => {
  const asked = writeContext(exchange, 'CreateOptions');
  const eviction = subresourceBody<Draft<Eviction>>(exchange, bodyTypeOf(target));
  const request = creationOf(withDryRun(asked, eviction), target, eviction);
  await options.registry.admission.mutate(request);
  await options.registry.admission.validate(request);
  const { deleteOptions = {} } = eviction;
  const context = withDryRun(asked, eviction);
  const isConditional = deleteOptions.preconditions?.resourceVersion !== undefined;
  for (;;) {
    const pod = await podOf(options, target, exchange.signal);
    const { uid = pod.metadata.uid } = deleteOptions.preconditions ?? {};
    // Another pod has the name now: the refusal of a delete says so.
    if (uid !== pod.metadata.uid) await deletePod(options, context, target, deleteOptions);
    try {
      await evictOnce(options, context, target, pod, deleteOptions);
      return success();
    } catch (error) {
      // The pod has changed under a condition that was set here: what it is now may be under a budget.
      if (isConditional || !isConflict(error) || !passesBudgets(pod)) throw error;
    }
  }
};

/** The deletion may be a dry run where the request says nothing of it. */
function withDryRun(context: WriteContext, { deleteOptions }: Draft<Eviction>): WriteContext {
  return (deleteOptions?.dryRun ?? []).length === 0 ? context : { ...context, dryRun: true };
}

async function evictOnce(
  options: HandlerOptions,
  context: WriteContext,
  target: Target,
  pod: Pod,
  deleteOptions: DeleteOptions,
): Promise<void> {
  const { registry } = options;
  if (passesBudgets(pod)) {
    // One that is to become ready must not be taken for one that is not.
    const asSeen = pod.status?.phase === 'Pending' && pod.metadata.deletionTimestamp === undefined;
    await remove(options, context, target, asSeen ? unlessAsked(pod, deleteOptions) : deleteOptions);
    return;
  }
  const budget = budgetOf(registry, pod);
  const isUnguarded = budget !== undefined && !isReady(pod) && letsUnhealthyGo(budget);
  if (budget !== undefined && !isUnguarded) await takeDisruption(options, context, budget, pod);
  try {
    await remove(options, context, target, isUnguarded ? unlessAsked(pod, deleteOptions) : deleteOptions);
  } catch (error) {
    const isOwnCondition = isUnguarded && deleteOptions.preconditions?.resourceVersion === undefined;
    throw isOwnCondition && isConflict(error) ? beingProcessed(budget.metadata.name) : error;
  }
}

/** Marks the pod as disrupted, and deletes it. */
async function remove(
  options: HandlerOptions,
  context: WriteContext,
  target: Target,
  deleteOptions: DeleteOptions,
): Promise<void> {
  const { registry } = options;
  const condition = deleteOptions.preconditions?.resourceVersion;
  if (context.dryRun) {
    await deletePod(options, context, target, deleteOptions);
    return;
  }
  const { entry } = await updateObject(registry, context, {
    ...target,
    subresource: 'status',
    strategy: strategyOf(target.served.kind, 'status'),
    allowCreate: false,
    admission: alreadyAdmitted,
    desired: (existing) => disrupted(existing as Pod, condition, timeOf(registry.clock.now())),
  });
  await deletePod(
    options,
    context,
    target,
    condition === undefined ? deleteOptions : onlyAs(entry.object, deleteOptions),
  );
}

/** Admission has agreed to the eviction and is not asked about the deletion. */
function deletePod(
  { registry }: HandlerOptions,
  context: WriteContext,
  target: Target,
  deleteOptions: DeleteOptions,
): Promise<DeleteOutcome> {
  return deleteObject(registry, context, { ...target, isAdmitted: true }, deleteOptions);
}

function disrupted(pod: Pod, resourceVersion: string | undefined, now: string): Draft {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: now,
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  };
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  const draft = draftOf(pod);
  return {
    ...draft,
    metadata: { ...draft.metadata, resourceVersion: resourceVersion ?? pod.metadata.resourceVersion },
    status: { ...pod.status, conditions: [...others, condition] },
  } as unknown as Draft;
}

/** A condition that the client has set stays. */
function unlessAsked(pod: Pod, options: DeleteOptions): DeleteOptions {
  return options.preconditions?.resourceVersion === undefined ? onlyAs(pod, options) : options;
}

function onlyAs({ metadata: { resourceVersion } }: KubeObject, options: DeleteOptions): DeleteOptions {
  return { ...options, preconditions: { ...options.preconditions, resourceVersion } };
}

/** Pods whose disruption is past, or has nothing to disrupt yet (canIgnorePDB). */
function passesBudgets({ metadata, status }: Pod): boolean {
  const { phase = 'Pending' } = status ?? {};
  return metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed', 'Pending'].includes(phase);
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;
}

import { field, invalidObject, notSupported, required } from '../../../api/fields/fieldErrors.ts';
import type { Draft, Mutable, ObjectMeta } from '../../../api/meta.ts';
import { conflict, type StatusError } from '../../../api/status.ts';
import { timeOf } from '../../../api/time.ts';
import type { Binding, Pod, PodCondition } from '../../../api/types.ts';
import { creationOf } from '../admit.ts';
import type { Handler } from '../handler.ts';
import { writeContext } from '../writeOptions.ts';
import type { UpdateStrategy } from '../../registry/strategy.ts';
import { alreadyAdmitted, updateObject } from '../../registry/update.ts';
import { bodyTypeOf, subresourceBody } from './body.ts';
import { success } from './status.ts';

/** Nothing to keep and nothing to check: only the node's name and the condition are changed here. */
const bindStrategy: UpdateStrategy = {
  takesDocument: false,
  prepare: () => undefined,
  validate: () => [],
};

/** POST pods/binding: puts a pod on a node, once (core/pod `storage.go` BindingREST). */
export const bind: Handler = async ({ registry }, exchange, target) => {
  const { served, namespace, name } = target;
  const context = writeContext(exchange, 'CreateOptions');
  const binding = subresourceBody<Draft<Binding>>(exchange, bodyTypeOf(target));
  const request = creationOf(context, target, binding);
  await registry.admission.mutate(request);
  checkTarget(binding, name);
  await registry.admission.validate(request);
  const now = timeOf(registry.clock.now());
  await updateObject(registry, context, {
    served,
    namespace,
    name,
    subresource: 'binding',
    strategy: bindStrategy,
    allowCreate: false,
    tracked: true,
    admission: alreadyAdmitted,
    desired: (existing) => bound(existing as Pod, binding, now),
  });
  return success();
};

function checkTarget({ target }: Draft<Binding>, name: string): void {
  const errors = [
    ...(target.kind === undefined || target.kind === '' || target.kind === 'Node'
      ? []
      : [notSupported(field('target', 'kind'), target.kind, ['Node', '<empty>'])]),
    ...((target.name ?? '') === '' ? [required(field('target', 'name'))] : []),
  ];
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'Binding' }, name, errors);
}

function bound(pod: Pod, binding: Draft<Binding>, now: string): Draft {
  const { metadata, spec, status } = pod;
  const node = binding.target.name ?? '';
  if (metadata.deletionTimestamp !== undefined) {
    throw refused(pod, `pod ${metadata.name} is being deleted, cannot be assigned to a host`);
  }
  if (spec.nodeName !== undefined && spec.nodeName !== '') {
    throw refused(pod, `pod ${metadata.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`);
  }
  if ((spec.schedulingGates ?? []).length > 0) {
    throw refused(pod, `pod ${metadata.name} has non-empty .spec.schedulingGates`);
  }
  const { nominatedNodeName: _, ...rest } = status ?? {};
  // Shares what it does not change with the stored pod, which is frozen: nobody changes a binding's draft further.
  return {
    ...pod,
    metadata: {
      ...metadata,
      ...merged('annotations', metadata, binding.metadata),
      ...merged('labels', metadata, binding.metadata),
      uid: emptyToMissing(binding.metadata.uid) ?? metadata.uid,
      resourceVersion: emptyToMissing(binding.metadata.resourceVersion) ?? metadata.resourceVersion,
    },
    spec: { ...spec, nodeName: node },
    status: { ...rest, conditions: withScheduled(status?.conditions ?? [], metadata.generation, now) },
  } as unknown as Draft;
}

const emptyToMissing = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function merged(
  name: 'annotations' | 'labels',
  old: ObjectMeta,
  added: ObjectMeta,
): Partial<Mutable<ObjectMeta>> {
  return added[name] === undefined ? {} : { [name]: { ...old[name], ...added[name] } };
}

function withScheduled(
  conditions: readonly PodCondition[],
  generation: number | undefined,
  now: string,
): PodCondition[] {
  const scheduled: PodCondition = {
    type: 'PodScheduled',
    status: 'True',
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    lastTransitionTime: now,
  };
  return [...conditions.filter(({ type }) => type !== 'PodScheduled'), scheduled];
}

function refused(pod: Pod, why: string): StatusError {
  return conflict({ group: '', plural: 'pods/binding' }, pod.metadata.name, why);
}

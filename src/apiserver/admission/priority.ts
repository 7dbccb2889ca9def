import { pods, priorityClasses } from '../../api/resources.ts';
import type { Draft } from '../../api/meta.ts';
import type { Pod, PriorityClass } from '../../api/types.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from './contract.ts';
import { isAbout, refuse } from './refuse.ts';

/** Sets a pod's priority from its class, and lets only one class be the default (`plugin/pkg/admission/priority`). */
export function priority(reader: AdmissionReader): AdmissionPlugin {
  const classes = (): readonly PriorityClass[] => reader.list(priorityClasses, '');
  return {
    name: 'Priority',
    handles: (attributes) =>
      (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') &&
      (isAbout(attributes, pods) || isAbout(attributes, priorityClasses)),
    mutate(attributes) {
      if (!isAbout(attributes, pods)) return;
      const pod = attributes.object as unknown as Draft<Pod>;
      if (attributes.operation === 'CREATE') resolvePriority(attributes, pod, reader, classes);
      else keepPriority(pod, attributes.old as unknown as Pod);
    },
    validate(attributes) {
      if (!isAbout(attributes, priorityClasses)) return [];
      const wanted = attributes.object as unknown as Draft<PriorityClass>;
      if (wanted.globalDefault !== true) return [];
      const other = classes().find((c) => c.globalDefault === true && c.metadata.name !== attributes.name);
      if (other === undefined) return [];
      throw refuse(
        attributes,
        `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`,
      );
    },
  };
}

function resolvePriority(
  attributes: AdmissionAttributes,
  { spec }: Draft<Pod>,
  reader: AdmissionReader,
  classes: () => readonly PriorityClass[],
): void {
  const name = spec.priorityClassName ?? '';
  const chosen =
    name === ''
      ? defaultClass(classes())
      : (reader.get(priorityClasses, '', name) as PriorityClass | undefined);
  if (name !== '' && chosen === undefined) {
    throw refuse(attributes, `no PriorityClass with name ${name} was found`);
  }
  if (chosen !== undefined) spec.priorityClassName = chosen.metadata.name;
  const value = chosen?.value ?? 0;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refuse(
      attributes,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  spec.priority = value;
  const policy = chosen?.preemptionPolicy ?? 'PreemptLowerPriority';
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refuse(
      attributes,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  spec.preemptionPolicy = policy;
}

/** A race may have made several defaults. Then the lowest one is used. */
function defaultClass(classes: readonly PriorityClass[]): PriorityClass | undefined {
  return classes
    .filter((candidate) => candidate.globalDefault === true)
    .sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}

/** A client that does not know the fields must not remove them. */
function keepPriority({ spec }: Draft<Pod>, old: Pod): void {
  if (spec.priority === undefined && old.spec.priority !== undefined) spec.priority = old.spec.priority;
  if (spec.preemptionPolicy === undefined && old.spec.preemptionPolicy !== undefined) {
    spec.preemptionPolicy = old.spec.preemptionPolicy;
  }
}

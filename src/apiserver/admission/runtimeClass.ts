import { equal } from '../../api/fields/equal.ts';
import type { FieldError } from '../../api/fields/fieldErrors.ts';
import type { Draft } from '../../api/meta.ts';
import { pods, runtimeClasses } from '../../api/resources.ts';
import { mergeTolerations } from '../../api/tolerations.ts';
import { cloneJson } from '../../api/clone.ts';
import { ownProperty, setOwnProperty } from '../../base/ownProperty.ts';
import type { Pod, RuntimeClass } from '../../api/types.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from './contract.ts';
import { onNewest } from './reader.ts';
import { isAbout, refuse } from './refuse.ts';

/**
 * Applies the RuntimeClass of a pod: it sets the pod's overhead and the nodes that the pod can run on. It refuses a pod
 * that contradicts its class (`plugin/pkg/admission/runtimeclass`).
 */
export function runtimeClass(reader: AdmissionReader): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    handles: (attributes) => attributes.operation === 'CREATE' && isAbout(attributes, pods),
    mutate(attributes) {
      const pod = attributes.object as unknown as Draft<Pod>;
      if ((pod.spec.runtimeClassName ?? '') === '') return undefined;
      return onNewest(reader, () => classOf(attributes, pod, reader)).then((found) => {
        if (found === undefined) return;
        setOverhead(attributes, pod, found);
        setScheduling(attributes, pod, found);
      });
    },
    validate(attributes) {
      const pod = attributes.object as unknown as Draft<Pod>;
      if ((pod.spec.runtimeClassName ?? '') === '') return checkOverhead(attributes, pod, undefined);
      return onNewest(reader, () => classOf(attributes, pod, reader)).then((found) =>
        checkOverhead(attributes, pod, found),
      );
    },
  };
}

function checkOverhead(
  attributes: AdmissionAttributes,
  { spec: { overhead = {} } }: Draft<Pod>,
  found: RuntimeClass | undefined,
): readonly FieldError[] {
  if (found?.overhead !== undefined) {
    if (!equal(found.overhead.podFixed, overhead)) throw overheadDiffers(attributes);
  } else if (Object.keys(overhead).length > 0) {
    const why = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
    throw refuse(attributes, why);
  }
  return [];
}

function classOf(
  attributes: AdmissionAttributes,
  { spec: { runtimeClassName: name = '' } }: Draft<Pod>,
  reader: AdmissionReader,
): RuntimeClass | undefined {
  if (name === '') return undefined;
  const found = reader.get(runtimeClasses, '', name);
  if (found === undefined) throw refuse(attributes, `pod rejected: RuntimeClass "${name}" not found`);
  return found as RuntimeClass;
}

const overheadDiffers = (attributes: AdmissionAttributes): Error =>
  refuse(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");

function setOverhead(
  attributes: AdmissionAttributes,
  { spec }: Draft<Pod>,
  { overhead }: RuntimeClass,
): void {
  if (overhead === undefined) return;
  if (spec.overhead !== undefined && !equal(spec.overhead, overhead.podFixed)) {
    throw overheadDiffers(attributes);
  }
  if (overhead.podFixed !== undefined) spec.overhead = { ...overhead.podFixed };
}

function setScheduling(
  attributes: AdmissionAttributes,
  { spec }: Draft<Pod>,
  { scheduling }: RuntimeClass,
): void {
  if (scheduling === undefined) return;
  const selector = { ...spec.nodeSelector };
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    const own = ownProperty(selector, key);
    if (own !== undefined && own !== value) {
      const why = `runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
      throw refuse(attributes, `conflict: ${why}`);
    }
    setOwnProperty(selector, key, value);
  }
  if (Object.keys(selector).length > 0) spec.nodeSelector = selector;
  const tolerations = mergeTolerations(spec.tolerations ?? [], scheduling.tolerations ?? []);
  if (tolerations.length > 0) spec.tolerations = cloneJson(tolerations) as typeof spec.tolerations & object;
}

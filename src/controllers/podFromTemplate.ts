import { controllerRef, type KubeObject, type Mutable } from '../api/meta.ts';
import { cloneJson } from '../api/clone.ts';
import type { Pod, PodTemplateSpec } from '../api/types.ts';
import type { NewObject } from '../client/contract.ts';

/** A pod as its owner's template says, still without a name (`pkg/controller` GetPodFromTemplate). */
export function podFromTemplate(
  owner: KubeObject & { readonly metadata: { readonly namespace: string } },
  template: PodTemplateSpec | undefined,
): NewObject<Pod> {
  const { metadata, spec } = cloneJson(template ?? {}) as Mutable<PodTemplateSpec>;
  return {
    metadata: {
      namespace: owner.metadata.namespace,
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(metadata?.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      ownerReferences: [controllerRef(owner)],
    },
    spec: spec ?? { containers: [] },
  };
}

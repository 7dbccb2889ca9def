import type { Incomplete } from '../../fields/unchecked.ts';
import type { Draft } from '../../meta.ts';
import { setPodTemplateDefaults } from '../../podSpec/defaults.ts';
import type { Job } from '../../types.ts';

const MAX_INT32 = 2147483647;

/** batch/v1 `SetDefaults_Job`. */
export function setJobDefaults(draft: Draft<Job>): void {
  const incomplete: { spec?: Incomplete<Job['spec']> } = draft;
  const spec = (incomplete.spec ??= {});
  // Neither number: one pod, once. Completions alone missing: as many workers as asked for, until one succeeds.
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32;
  const labels = spec.template?.metadata?.labels;
  if (labels !== undefined && Object.keys(draft.metadata.labels ?? {}).length === 0) {
    draft.metadata.labels = { ...labels } as Record<string, string>;
  }
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) if (!pattern.status) pattern.status = 'True';
  }
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  if (spec.template !== undefined) setPodTemplateDefaults(spec.template);
}

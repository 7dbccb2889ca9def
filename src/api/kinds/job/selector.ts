import { type FieldError, field, invalid, required } from '../../fields/fieldErrors.ts';
import { type Labels, matcherOf } from '../../labels.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import type { Draft, LabelSelector } from '../../meta.ts';
import type { Job } from '../../types.ts';

export const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
export const JOB_NAME = 'batch.kubernetes.io/job-name';
/** Annotation and label of an indexed Job's pods. */
export const JOB_INDEX = 'batch.kubernetes.io/job-completion-index';
/** The labels' names of before v1.27, which tools still select by. */
const LEGACY_CONTROLLER_UID = 'controller-uid';
const LEGACY_JOB_NAME = 'job-name';

const labelsOf = (uid: string, name: string): Readonly<Record<string, string>> => ({
  [CONTROLLER_UID]: uid,
  [LEGACY_CONTROLLER_UID]: uid,
  [JOB_NAME]: name,
  [LEGACY_JOB_NAME]: name,
});

/** Makes a Job's pods known by its uid, unless its author brings a selector (batch strategy `generateSelector`). */
export function generateSelector(draft: Draft<Job>): void {
  if (draft.spec.manualSelector === true) return;
  const { uid = '', name = '' } = draft.metadata;
  const template = (draft.spec as Partial<typeof draft.spec>).template;
  if (template === undefined) return;
  const metadata = (template.metadata ??= {});
  metadata.labels = { ...labelsOf(uid, name), ...metadata.labels };
  const selector = (draft.spec.selector ??= {});
  selector.matchLabels = { [CONTROLLER_UID]: uid, ...selector.matchLabels };
}

/** batch validation `validateGeneratedSelector`. */
export function validateGeneratedSelector(
  { metadata }: { readonly metadata: Partial<Job['metadata']> },
  { selector, manualSelector, template }: Unchecked<Job['spec']>,
): FieldError[] {
  if (manualSelector === true || selector === undefined) return [];
  const labels = (template?.metadata?.labels ?? {}) as Labels;
  const path = field('spec', 'template', 'metadata', 'labels');
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labelsOf(metadata.uid ?? '', metadata.name ?? ''))) {
    if (labels[key] === undefined) errors.push(required(path.key(key), `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalid(path.key(key), labels, `must be '${value}'`));
  }
  if (!matcherOf(selector as LabelSelector).matches(labels)) {
    errors.push(invalid(field('spec', 'selector'), selector, '`selector` not auto-generated'));
  }
  return errors;
}

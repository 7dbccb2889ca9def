import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../fields/fieldErrors.ts';
import { matcherOf } from '../labels.ts';
import type { LabelSelector } from '../meta.ts';
import type { PodTemplateSpec } from '../types.ts';
import { validateLabelSelector } from '../metadata/labels.ts';
import { nonNegative } from '../metadata/metadata.ts';
import { validatePodTemplate } from './podTemplate.ts';
import type { Unchecked } from '../fields/unchecked.ts';

interface WorkloadSpec {
  readonly replicas?: number | undefined;
  readonly minReadySeconds?: number | undefined;
  readonly selector?: Unchecked<LabelSelector> | undefined;
  readonly template?: Unchecked<PodTemplateSpec> | undefined;
}

/** Kinds that keep pods of a template running; upstream names a Deployment's template after its ReplicaSets. */
const TEMPLATE_OWNERS = {
  Deployment: 'ReplicaSet',
  ReplicaSet: 'ReplicaSet',
  StatefulSet: 'StatefulSet',
  DaemonSet: 'DaemonSet',
} as const;
type WorkloadKind = keyof typeof TEMPLATE_OWNERS;

/** What the kinds of apps have in common (apps validation `ValidateReplicaSetSpec` and its siblings). */
export function validateWorkload(
  spec: WorkloadSpec | undefined,
  kind: WorkloadKind,
  path: FieldPath,
): FieldError[] {
  const { selector, template } = spec ?? {};
  return [
    ...nonNegative(spec?.replicas, path.child('replicas')),
    ...nonNegative(spec?.minReadySeconds, path.child('minReadySeconds')),
    ...validateSelector(selector, kind, path.child('selector')),
    ...validateTemplate(template, selector, kind, path.child('template')),
  ];
}

function validateSelector(
  selector: Unchecked<LabelSelector> | undefined,
  kind: WorkloadKind,
  path: FieldPath,
): FieldError[] {
  if (selector === undefined) return [required(path)];
  const errors = validateLabelSelector(selector, path);
  const terms = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length;
  if (terms === 0)
    errors.push(invalid(path, selector, `empty selector is invalid for ${kind.toLowerCase()}`));
  return errors;
}

function validateTemplate(
  template: Unchecked<PodTemplateSpec> | undefined,
  selector: Unchecked<LabelSelector> | undefined,
  kind: WorkloadKind,
  path: FieldPath,
): FieldError[] {
  if (template === undefined) return [required(path)];
  return [
    ...matchesTemplate(selector, template, path),
    ...validatePodTemplate(template, path),
    ...validateLastingPods(template, TEMPLATE_OWNERS[kind], path),
  ];
}

/** The template's labels must be among those that the selector takes. */
export function matchesTemplate(
  selector: Unchecked<LabelSelector> | undefined,
  template: Unchecked<PodTemplateSpec>,
  path: FieldPath,
): FieldError[] {
  const labels = (template.metadata?.labels ?? {}) as Record<string, string>;
  if (selector === undefined || matcherOf(selector as LabelSelector).matches(labels)) return [];
  return [invalid(path.child('metadata', 'labels'), labels, '`selector` does not match template `labels`')];
}

/** Pods that are replaced when they end restart always and have no end of their own. */
export function validateLastingPods(
  template: Unchecked<PodTemplateSpec>,
  owner: string,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(path.child('spec', 'restartPolicy'), restartPolicy ?? '', ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    errors.push(
      forbiddenField(
        path.child('spec', 'activeDeadlineSeconds'),
        `activeDeadlineSeconds in ${owner} is not Supported`,
      ),
    );
  }
  return errors;
}

interface ReplicaCounts {
  readonly replicas?: number | undefined;
  readonly fullyLabeledReplicas?: number | undefined;
  readonly readyReplicas?: number | undefined;
  readonly availableReplicas?: number | undefined;
  readonly observedGeneration?: number | undefined;
}

/** apps validation `ValidateReplicaSetStatus`. */
export function validateReplicaCounts(status: ReplicaCounts, path: FieldPath): FieldError[] {
  const names = [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'observedGeneration',
  ] as const;
  const errors = names.flatMap((name) => nonNegative(status[name], path.child(name)));
  const { replicas = 0, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  const tooMany = (name: (typeof names)[number], than: string): FieldError =>
    invalid(path.child(name), status[name] ?? 0, `cannot be greater than ${than}`);
  if (fullyLabeledReplicas > replicas) errors.push(tooMany('fullyLabeledReplicas', 'status.replicas'));
  if (readyReplicas > replicas) errors.push(tooMany('readyReplicas', 'status.replicas'));
  if (availableReplicas > replicas) errors.push(tooMany('availableReplicas', 'status.replicas'));
  if (availableReplicas > readyReplicas) errors.push(tooMany('availableReplicas', 'readyReplicas'));
  return errors;
}

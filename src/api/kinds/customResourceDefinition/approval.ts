import type { CustomResourceDefinition } from '../../types.ts';
import type { Verdict } from './conditions.ts';

export const APPROVAL_ANNOTATION = 'api-approved.kubernetes.io';

/** A URL with a host, which `URL` alone also finds in `https:host` and within blanks. */
const WITH_HOST = /^[a-z][a-z\d+.-]*:\/\/[^/?\s]\P{Cc}*$/iu;

export type ApprovalState =
  'ApprovedAnnotation' | 'UnapprovedAnnotation' | 'MissingAnnotation' | 'InvalidAnnotation';

/** Groups whose APIs the Kubernetes community approves. */
export function isProtectedGroup(group: string): boolean {
  return ['k8s.io', 'kubernetes.io'].some((domain) => group === domain || group.endsWith(`.${domain}`));
}

/** What the annotation of a definition in a protected group says (apiextensions `pkg/apihelpers/helpers.go`). */
export function approvalOf({ metadata }: Pick<CustomResourceDefinition, 'metadata'>): {
  readonly state: ApprovalState;
  readonly message: string;
} {
  const annotation = metadata.annotations?.[APPROVAL_ANNOTATION] ?? '';
  const needed = `protected groups must have approval annotation "${APPROVAL_ANNOTATION}"`;
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (annotation === '') return { state: 'MissingAnnotation', message: `${needed}, ${see}` };
  if (annotation.startsWith('unapproved')) {
    return { state: 'UnapprovedAnnotation', message: `not approved: ${JSON.stringify(annotation)}` };
  }
  return WITH_HOST.test(annotation) && URL.canParse(annotation)
    ? { state: 'ApprovedAnnotation', message: `approved in ${annotation}` }
    : {
        state: 'InvalidAnnotation',
        message: `${needed} with either a URL or a reason starting with "unapproved", ${see}`,
      };
}

/** The condition that a definition in a protected group has (`pkg/controller/apiapproval`). */
export function approvalVerdict(definition: CustomResourceDefinition): Verdict | undefined {
  if (!isProtectedGroup(definition.spec.group)) return undefined;
  const { state, message } = approvalOf(definition);
  return {
    type: 'KubernetesAPIApprovalPolicyConformant',
    status: state === 'ApprovedAnnotation' ? 'True' : 'False',
    reason: state,
    message,
  };
}

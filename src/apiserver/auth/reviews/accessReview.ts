import { badRequest } from '../../../api/status.ts';
import type { UserInfo } from '../../../api/request.ts';
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SubjectAccessReview,
} from '../../../api/types.ts';
import type { AuthorizationAttributes, Authorizer } from '../contract.ts';

/** The status of an access review. */
export interface AccessReviewStatus {
  readonly allowed: boolean;
  readonly reason?: string;
}

/** About anybody (`pkg/registry/authorization/subjectaccessreview`). The spec has been validated. */
export function reviewSubjectAccess(
  authorizer: Authorizer,
  spec: SubjectAccessReview['spec'],
): AccessReviewStatus {
  const { user = '', groups = [], uid, extra } = spec;
  const subject: UserInfo = {
    name: user,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  };
  return decide(authorizer, subject, spec);
}

/** About the user who asks (`selfsubjectaccessreview`). */
export function reviewOwnAccess(
  authorizer: Authorizer,
  user: UserInfo,
  spec: SelfSubjectAccessReview['spec'],
): AccessReviewStatus {
  return decide(authorizer, user, spec);
}

/** About anybody within the review's namespace (`localsubjectaccessreview`). Throws BadRequest for another one. */
export function reviewLocalAccess(
  authorizer: Authorizer,
  namespace: string,
  spec: LocalSubjectAccessReview['spec'],
): AccessReviewStatus {
  if (namespace === '') throw badRequest('namespace is required on this type: ');
  if (spec.resourceAttributes?.namespace !== namespace) {
    throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
  }
  return reviewSubjectAccess(authorizer, spec);
}

type Attributes = Pick<SubjectAccessReview['spec'], 'resourceAttributes' | 'nonResourceAttributes'>;

function decide(authorizer: Authorizer, user: UserInfo, spec: Attributes): AccessReviewStatus {
  const { allowed, reason } = authorizer.authorize(user, attributesOf(spec));
  return reason === '' ? { allowed } : { allowed, reason };
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: Attributes): AuthorizationAttributes {
  const nothing = { group: '', version: '', namespace: '', resource: '', subresource: '', name: '' };
  if (resourceAttributes === undefined) {
    const { path = '', verb = '' } = nonResourceAttributes ?? {};
    return { ...nothing, isResourceRequest: false, path, verb };
  }
  const { fieldSelector, labelSelector, verb = '', ...named } = resourceAttributes;
  return {
    ...nothing,
    ...named,
    isResourceRequest: true,
    path: '',
    verb,
    fieldSelector: fieldSelector === undefined ? undefined : selectorText(fieldSelector),
  };
}

/** Requirements that RBAC's node rules could look at, as a query string would have them. */
function selectorText(
  selector: NonNullable<NonNullable<Attributes['resourceAttributes']>['fieldSelector']>,
): string {
  if (selector.rawSelector !== undefined && selector.rawSelector !== '') return selector.rawSelector;
  return (selector.requirements ?? [])
    .filter(({ operator, values }) => operator === 'In' && values?.length === 1)
    .map(({ key, values }) => `${key}=${values?.[0] ?? ''}`)
    .join(',');
}

import { badRequest } from '../../../api/status.ts';
import type { UserInfo } from '../../../api/request.ts';
import type { SelfSubjectReview, SelfSubjectRulesReview } from '../../../api/types.ts';
import type { Authorizer } from '../contract.ts';
import { nodeOf } from '../users.ts';

/** The user of the request, as the server knows it (`pkg/registry/authentication/selfsubjectreview`). */
export function reviewSelf(user: UserInfo): NonNullable<SelfSubjectReview['status']> {
  const { name, uid, groups, extra } = user;
  return {
    userInfo: {
      username: name,
      ...(uid === undefined ? {} : { uid }),
      groups,
      ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
    },
  };
}

/** What the user who asks may do in a namespace (`pkg/registry/authorization/selfsubjectrulesreview`). */
export function reviewOwnRules(
  authorizer: Authorizer,
  user: UserInfo,
  spec: SelfSubjectRulesReview['spec'],
): NonNullable<SelfSubjectRulesReview['status']> {
  const { namespace = '' } = spec;
  if (namespace === '') throw badRequest('no namespace on request');
  const rules = authorizer.rulesFor(user, namespace);
  const isNode = nodeOf(user) !== undefined;
  return {
    resourceRules: rules.flatMap(({ verbs, apiGroups, resources, resourceNames }) =>
      resources === undefined || resources.length === 0
        ? []
        : [
            {
              verbs,
              apiGroups: apiGroups ?? [],
              resources,
              ...(resourceNames === undefined ? {} : { resourceNames }),
            },
          ],
    ),
    nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs }) =>
      nonResourceURLs === undefined || nonResourceURLs.length === 0 ? [] : [{ verbs, nonResourceURLs }],
    ),
    incomplete: isNode,
    ...(isNode ? { evaluationError: 'node authorizer does not support user rule resolution' } : {}),
  };
}

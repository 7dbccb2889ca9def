import type { ApiRequest, RequestInfo, UserInfo } from '../../api/request.ts';
import type { PolicyRule } from '../../api/types.ts';

/**
 * Finds out who makes a request. `undefined`: this one has nothing to say (the next is asked; in the end it is
 * system:anonymous). Rejects or throws with Unauthorized where credentials were given and are wrong.
 */
export interface Authenticator {
  authenticate(
    request: Pick<ApiRequest, 'headers' | 'certificate'>,
  ): Promise<UserInfo | undefined> | UserInfo | undefined;
}

export interface AuthorizationDecision {
  readonly allowed: boolean;
  /** Why, for the access reviews. */
  readonly reason: string;
}

/** What an authorizer looks at: the parts of RequestInfo that rules speak of. */
export type AuthorizationAttributes = Pick<
  RequestInfo,
  'isResourceRequest' | 'path' | 'group' | 'version' | 'namespace' | 'resource' | 'subresource' | 'name'
> & {
  /** A request's verb, or one that only rules know: impersonate, bind, escalate, use, … */
  readonly verb: string;
  /** The query's `fieldSelector` as it came: a node may list pods only with `spec.nodeName`. */
  readonly fieldSelector?: string | undefined;
};

/** Says yes or no from what is in memory. Called for every request: it must not wait for I/O. */
export interface Authorizer {
  authorize(user: UserInfo, attributes: AuthorizationAttributes): AuthorizationDecision;
  /** The rules that apply to a user in a namespace, for SelfSubjectRulesReview and escalation checks. */
  rulesFor(user: UserInfo, namespace: string): readonly PolicyRule[];
}

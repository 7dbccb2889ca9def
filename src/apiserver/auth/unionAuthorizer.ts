import type { Authorizer } from './contract.ts';
import { MASTERS } from './users.ts';

/** `system:masters` may do everything, whatever the roles say (apiserver `authorizerfactory` NewPrivilegedGroups). */
export function mastersAuthorizer(): Authorizer {
  return {
    authorize: (user) => ({ allowed: user.groups.includes(MASTERS), reason: '' }),
    rulesFor: () => [],
  };
}

/** The first yes counts; the reasons of those that do not say yes come together. Rules add up. */
export function unionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  return {
    authorize(user, attributes) {
      const reasons: string[] = [];
      for (const authorizer of authorizers) {
        const decision = authorizer.authorize(user, attributes);
        if (decision.allowed) return decision;
        if (decision.reason !== '') reasons.push(decision.reason);
      }
      return { allowed: false, reason: reasons.join('\n') };
    },
    rulesFor: (user, namespace) => authorizers.flatMap((authorizer) => authorizer.rulesFor(user, namespace)),
  };
}

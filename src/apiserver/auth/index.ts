/**
 * Authentication and authorization of the API server: the factories that a composition root wires.
 *
 *   const accounts = createServiceAccountTokens({ issuer, audiences, keyPem, reader, clock, random })
 *     .tokens: TokenAuthenticator     for `bearerTokens` and `reviewToken`
 *     .request(account, draft)        POST serviceaccounts/NAME/token
 *     .openIdConfiguration(serverUrl), .keySet()   bodies of OPENID_CONFIGURATION_PATH and JWKS_PATH
 *   const tokens = unionTokens([accounts.tokens, staticTokens(map)])
 *   const authenticators = [clientCertificates(), bearerTokens(tokens)]      in this order
 *
 *   const access = createAccessControl(cache)
 *     .authorizer                     masters, then nodes, then RBAC; synchronous
 *     .escalation                     .role(user, role, old?) and .binding(user, binding, old?) before a write
 *     .dispose()
 *
 *   bootstrapPolicyHook(user, reader) default roles, after the system namespaces
 *
 * Answers of reviews, each from the (validated) spec to the status: reviewToken, reviewSubjectAccess,
 * reviewOwnAccess, reviewLocalAccess, reviewOwnRules, reviewSelf.
 * In-process identities: nodeUser, serviceAccountUser, and the names in users.ts.
 */
export { type AccessControl, createAccessControl } from './accessControl.ts';
export {
  bearerTokens,
  type TokenAuthenticator,
  TokenError,
  unionTokens,
} from './authenticators/bearerToken.ts';
export { clientCertificates } from './authenticators/clientCertificate.ts';
export { staticTokens } from './authenticators/staticTokens.ts';
export { bootstrapPolicyHook } from './policy/hook.ts';
export { bootstrapPolicy } from './policy/index.ts';
export type { EscalationCheck } from './rbac/escalation.ts';
export { reviewLocalAccess, reviewOwnAccess, reviewSubjectAccess } from './reviews/accessReview.ts';
export { reviewOwnRules, reviewSelf } from './reviews/self.ts';
export { reviewToken } from './reviews/tokenReview.ts';
export {
  createServiceAccountTokens,
  type ServiceAccountTokens,
  type ServiceAccountTokensOptions,
} from './serviceAccountTokens.ts';
export { JWKS_CONTENT_TYPE, JWKS_PATH, OPENID_CONFIGURATION_PATH } from './tokens/discovery.ts';
export * from './users.ts';

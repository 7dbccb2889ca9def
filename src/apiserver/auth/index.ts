/**
 * Authentication and authorization of the API server: the factories that a composition root wires.
 *
 *   const accounts = createServiceAccountTokens({ issuer, audiences, keyPem, reader, clock, random })
 *     .tokens: TokenAuthenticator     for `bearerTokens` and `reviewToken`
 *     .request(account, draft)        POST serviceaccounts/NAME/token
 *   openIdRoutes(accounts, serverUrl) what others check tokens with: `routes` of the server
 *   const tokens = unionTokens([accounts.tokens, staticTokens(map)])
 *   const authenticators = [clientCertificates(), bearerTokens(tokens)]      in this order
 *
 *   const access = createAccessControl(cache)
 *     .authorizer                     masters, then nodes, then RBAC; synchronous
 *     .escalation                     for `escalationPlugin(access.escalation)`, the last admission plugin
 *     .dispose()
 *
 *   createReviews(authorizer, tokens) answers of the kinds that are not stored, by plural
 *   bootstrapPolicyHook(user, reader) default roles, after the system namespaces; `user` in system:masters
 *
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
export { escalationPlugin } from './rbac/escalationPlugin.ts';
export { createReviews } from './reviews/index.ts';
export {
  createServiceAccountTokens,
  type ServiceAccountTokens,
  type ServiceAccountTokensOptions,
} from './serviceAccountTokens.ts';
export { openIdRoutes } from './tokens/routes.ts';
export * from './users.ts';

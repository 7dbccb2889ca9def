import { AUTHENTICATED, MASTERS, SERVICE_ACCOUNTS, UNAUTHENTICATED } from '../users.ts';
import {
  AUTHENTICATION,
  AUTHORIZATION,
  type BindingData,
  CERTIFICATES,
  CORE,
  group,
  READ,
  type RoleData,
  rule,
  urls,
} from './rule.ts';

/** Roles for people and for any client (upstream `bootstrappolicy/policy.go`). */
export const userRoles: readonly RoleData[] = [
  {
    name: 'cluster-admin',
    rules: [rule(['*'], '*', ['*']), { nonResourceURLs: ['*'], verbs: ['*'] }],
  },
  {
    name: 'system:discovery',
    rules: [
      urls(
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
        '/version',
        '/version/',
      ),
    ],
  },
  {
    name: 'system:public-info-viewer',
    rules: [urls('/healthz', '/livez', '/readyz', '/version', '/version/')],
  },
  {
    name: 'system:basic-user',
    rules: [
      rule(['create'], AUTHORIZATION, ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']),
      rule(['create'], AUTHENTICATION, ['selfsubjectreviews']),
    ],
  },
  {
    name: 'system:monitoring',
    rules: [
      urls(
        '/healthz',
        '/healthz/*',
        '/livez',
        '/livez/*',
        '/metrics',
        '/metrics/slis',
        '/readyz',
        '/readyz/*',
      ),
      urls('/flagz'),
      urls('/statusz'),
    ],
  },
  {
    name: 'system:auth-delegator',
    rules: [
      rule(['create'], AUTHENTICATION, ['tokenreviews']),
      rule(['create'], AUTHORIZATION, ['subjectaccessreviews']),
    ],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [
      urls(
        '/.well-known/openid-configuration',
        '/.well-known/openid-configuration/',
        '/openid/v1/jwks',
        '/openid/v1/jwks/',
      ),
    ],
  },
  {
    name: 'system:cluster-trust-bundle-discovery',
    rules: [rule(READ, CERTIFICATES, ['clustertrustbundles'])],
  },
  { name: 'system:kube-aggregator', rules: [rule(READ, CORE, ['endpoints', 'services'])] },
  { name: 'system:kube-dns', rules: [rule(['list', 'watch'], CORE, ['endpoints', 'services'])] },
];

export const userBindings: readonly BindingData[] = [
  { name: 'cluster-admin', subjects: [group(MASTERS)] },
  { name: 'system:discovery', subjects: [group(AUTHENTICATED)] },
  { name: 'system:basic-user', subjects: [group(AUTHENTICATED)] },
  { name: 'system:public-info-viewer', subjects: [group(AUTHENTICATED), group(UNAUTHENTICATED)] },
  { name: 'system:monitoring', subjects: [group('system:monitoring')] },
  { name: 'system:service-account-issuer-discovery', subjects: [group(SERVICE_ACCOUNTS)] },
  { name: 'system:cluster-trust-bundle-discovery', subjects: [group(SERVICE_ACCOUNTS)] },
];

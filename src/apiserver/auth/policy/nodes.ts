import type { PolicyRule } from '../../../api/types.ts';
import { KUBE_PROXY, NODES } from '../users.ts';
import {
  AUTHENTICATION,
  AUTHORIZATION,
  type BindingData,
  CERTIFICATES,
  COORDINATION,
  CORE,
  DISCOVERY,
  group,
  NETWORKING,
  NODE,
  READ,
  READ_UPDATE,
  recordEvents,
  RESOURCE,
  type RoleData,
  rule,
  STORAGE,
  user,
} from './rule.ts';

/** What the node authorizer allows every node alike (upstream `bootstrappolicy/policy.go` NodeRules). */
export const nodeRules: readonly PolicyRule[] = [
  rule(['create'], AUTHENTICATION, ['tokenreviews']),
  rule(['create'], AUTHORIZATION, ['localsubjectaccessreviews', 'subjectaccessreviews']),
  rule(READ, CORE, ['services']),
  rule(['create', 'get', 'list', 'watch'], CORE, ['nodes']),
  rule(['patch', 'update'], CORE, ['nodes/status']),
  rule(['patch', 'update'], CORE, ['nodes']),
  rule(['create', 'patch', 'update'], CORE, ['events']),
  rule(READ, CORE, ['pods']),
  rule(['create', 'delete'], CORE, ['pods']),
  rule(['patch', 'update'], CORE, ['pods/status']),
  rule(['create'], CORE, ['pods/eviction']),
  rule(READ, CORE, ['configmaps', 'secrets']),
  rule(['get'], CORE, ['persistentvolumeclaims', 'persistentvolumes']),
  rule(['get'], CORE, ['endpoints']),
  rule(['create', 'get', 'list', 'watch'], CERTIFICATES, ['certificatesigningrequests']),
  rule(['create', 'delete', 'get', 'patch', 'update'], COORDINATION, ['leases']),
  rule(['get'], STORAGE, ['volumeattachments']),
  rule(['create'], CORE, ['serviceaccounts/token']),
  rule(['get', 'patch', 'update'], CORE, ['persistentvolumeclaims/status']),
  rule(READ, STORAGE, ['csidrivers']),
  rule(['create', 'delete', 'get', 'patch', 'update'], STORAGE, ['csinodes']),
  rule(READ, NODE, ['runtimeclasses']),
  rule(['get'], RESOURCE, ['resourceclaims']),
  rule(['deletecollection'], RESOURCE, ['resourceslices']),
  rule(READ, CERTIFICATES, ['clustertrustbundles']),
  rule(['get'], CORE, ['serviceaccounts']),
];

export const nodeRoles: readonly RoleData[] = [
  { name: 'system:node', rules: nodeRules },
  {
    name: 'system:node-proxier',
    rules: [
      rule(['list', 'watch'], CORE, ['endpoints', 'services']),
      rule(READ, CORE, ['nodes']),
      recordEvents,
      rule(['list', 'watch'], NETWORKING, ['servicecidrs']),
      rule(['list', 'watch'], DISCOVERY, ['endpointslices']),
    ],
  },
  {
    name: 'system:node-bootstrapper',
    rules: [rule(['create', 'get', 'list', 'watch'], CERTIFICATES, ['certificatesigningrequests'])],
  },
  ...['nodeclient', 'selfnodeclient'].map((subresource) => ({
    name: `system:certificates.k8s.io:certificatesigningrequests:${subresource}`,
    rules: [rule(['create'], CERTIFICATES, [`certificatesigningrequests/${subresource}`])],
  })),
  // Users who approve requests for a signer of Kubernetes itself are bound to one of these roles.
  ...['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving', 'legacy-unknown'].map(
    (signer) => ({
      name: `system:certificates.k8s.io:${signer}-approver`,
      rules: [rule(['approve'], CERTIFICATES, ['signers'], [`kubernetes.io/${signer}`])],
    }),
  ),
  {
    name: 'system:node-problem-detector',
    rules: [rule(['get'], CORE, ['nodes']), rule(['patch'], CORE, ['nodes/status']), recordEvents],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [
      rule(READ, CORE, ['nodes']),
      rule(['proxy'], CORE, ['nodes']),
      rule(['*'], CORE, ['nodes/log', 'nodes/metrics', 'nodes/proxy', 'nodes/stats']),
      rule(['*'], CORE, ['nodes/configz', 'nodes/healthz', 'nodes/pods']),
    ],
  },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [
      rule(['create', 'delete', ...READ], CORE, ['persistentvolumes']),
      rule([...READ, 'update'], CORE, ['persistentvolumeclaims']),
      rule(READ, STORAGE, ['storageclasses']),
      rule(['watch'], CORE, ['events']),
      recordEvents,
    ],
  },
  {
    name: 'system:volume-scheduler',
    rules: [
      rule(READ_UPDATE, CORE, ['persistentvolumes']),
      rule(READ, STORAGE, ['storageclasses']),
      rule(READ_UPDATE, CORE, ['persistentvolumeclaims']),
    ],
  },
];

export const nodeBindings: readonly BindingData[] = [
  // Without subjects, as upstream: the node authorizer stands in for the role.
  { name: 'system:node', subjects: [] },
  { name: 'system:node-proxier', subjects: [user(KUBE_PROXY)] },
  // A node's agent is its service proxy too: it has no identity of its own for that.
  { name: 'wheelhouse:node-proxier', role: 'system:node-proxier', subjects: [group(NODES)] },
];

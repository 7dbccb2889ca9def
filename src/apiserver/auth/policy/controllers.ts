import {
  account,
  APPS,
  AUTHORIZATION,
  AUTOSCALING,
  BATCH,
  type BindingData,
  CERTIFICATES,
  CORE,
  DISCOVERY,
  EXTENSIONS,
  NETWORKING,
  POLICY,
  RBAC,
  READ,
  recordEvents,
  type RoleData,
  rule,
  STORAGE,
} from './rule.ts';

const SIGNERS = [
  'kubernetes.io/kube-apiserver-client',
  'kubernetes.io/kube-apiserver-client-kubelet',
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/legacy-unknown',
];
const PREFIX = 'system:controller:';
const LIST_WATCH = ['list', 'watch'];
const MANAGE = ['create', 'delete', 'get', 'list', 'update', 'watch'];
const MANAGE_AND_PATCH = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
/** What a controller that makes pods does with them. */
const PODS = rule(['create', 'delete', 'list', 'patch', 'watch'], CORE, ['pods']);

/**
 * What each controller may do as `system:serviceaccount:kube-system:NAME` (upstream
 * `bootstrappolicy/controller_policy.go`), without those for features that are not here.
 */
const RULES: Readonly<Record<string, RoleData['rules']>> = {
  'attachdetach-controller': [
    rule(LIST_WATCH, CORE, ['persistentvolumeclaims', 'persistentvolumes']),
    rule(READ, CORE, ['nodes']),
    rule(['patch', 'update'], CORE, ['nodes/status']),
    rule(LIST_WATCH, CORE, ['pods']),
    recordEvents,
    rule(['create', 'delete', ...READ], STORAGE, ['volumeattachments']),
    rule(READ, STORAGE, ['csidrivers']),
    rule(READ, STORAGE, ['csinodes']),
  ],
  'certificate-controller': [
    rule(['delete', ...READ], CERTIFICATES, ['certificatesigningrequests']),
    rule(['update'], CERTIFICATES, [
      'certificatesigningrequests/approval',
      'certificatesigningrequests/status',
    ]),
    rule(['approve'], CERTIFICATES, ['signers'], ['kubernetes.io/kube-apiserver-client-kubelet']),
    rule(['sign'], CERTIFICATES, ['signers'], SIGNERS),
    rule(['create'], AUTHORIZATION, ['subjectaccessreviews']),
    recordEvents,
  ],
  'clusterrole-aggregation-controller': [
    rule(['escalate', 'get', 'list', 'patch', 'update', 'watch'], RBAC, ['clusterroles']),
  ],
  'cronjob-controller': [
    rule([...READ, 'update'], BATCH, ['cronjobs']),
    rule(MANAGE_AND_PATCH, BATCH, ['jobs']),
    rule(['update'], BATCH, ['cronjobs/status']),
    rule(['update'], BATCH, ['cronjobs/finalizers']),
    rule(['delete', ...LIST_WATCH], CORE, ['pods']),
    recordEvents,
  ],
  'daemon-set-controller': [
    rule(READ, [EXTENSIONS, APPS], ['daemonsets']),
    rule(['update'], [EXTENSIONS, APPS], ['daemonsets/status']),
    rule(['update'], [EXTENSIONS, APPS], ['daemonsets/finalizers']),
    rule(LIST_WATCH, CORE, ['nodes']),
    PODS,
    rule(['create'], CORE, ['pods/binding']),
    rule(MANAGE_AND_PATCH, APPS, ['controllerrevisions']),
    recordEvents,
  ],
  'deployment-controller': [
    rule([...READ, 'update'], [APPS, EXTENSIONS], ['deployments']),
    rule(['update'], [APPS, EXTENSIONS], ['deployments/status']),
    rule(['update'], [APPS, EXTENSIONS], ['deployments/finalizers']),
    rule(MANAGE_AND_PATCH, [APPS, EXTENSIONS], ['replicasets']),
    rule([...READ, 'update'], CORE, ['pods']),
    recordEvents,
  ],
  'disruption-controller': [
    rule(READ, [APPS, EXTENSIONS], ['deployments']),
    rule(READ, [APPS, EXTENSIONS], ['replicasets']),
    rule(READ, CORE, ['replicationcontrollers']),
    rule(READ, POLICY, ['poddisruptionbudgets']),
    rule(READ, APPS, ['statefulsets']),
    rule(['update'], POLICY, ['poddisruptionbudgets/status']),
    rule(['patch', 'update'], CORE, ['pods/status']),
    rule(['get'], '*', ['*/scale']),
    recordEvents,
  ],
  'endpoint-controller': [
    rule(READ, CORE, ['pods', 'services']),
    rule(MANAGE, CORE, ['endpoints']),
    rule(['create'], CORE, ['endpoints/restricted']),
    recordEvents,
  ],
  'endpointslice-controller': [
    rule(READ, CORE, ['nodes', 'pods', 'services']),
    rule(['update'], CORE, ['services/finalizers']),
    rule(MANAGE, DISCOVERY, ['endpointslices']),
    recordEvents,
  ],
  'endpointslicemirroring-controller': [
    rule(READ, CORE, ['endpoints', 'services']),
    rule(['update'], CORE, ['services/finalizers']),
    rule(['update'], CORE, ['endpoints/finalizers']),
    rule(MANAGE, DISCOVERY, ['endpointslices']),
    recordEvents,
  ],
  'ephemeral-volume-controller': [
    rule(READ, CORE, ['pods']),
    rule(['update'], CORE, ['pods/finalizers']),
    rule(['create', ...READ], CORE, ['persistentvolumeclaims']),
    recordEvents,
  ],
  'expand-controller': [
    rule([...READ, 'patch', 'update'], CORE, ['persistentvolumes']),
    rule(['patch', 'update'], CORE, ['persistentvolumeclaims/status']),
    rule(READ, CORE, ['persistentvolumeclaims']),
    recordEvents,
  ],
  'generic-garbage-collector': [
    rule(['delete', 'get', 'list', 'patch', 'update', 'watch'], '*', ['*']),
    recordEvents,
  ],
  'horizontal-pod-autoscaler': [
    rule(READ, AUTOSCALING, ['horizontalpodautoscalers']),
    rule(['update'], AUTOSCALING, ['horizontalpodautoscalers/status']),
    rule(['get', 'update'], '*', ['*/scale']),
    rule(LIST_WATCH, CORE, ['pods']),
    rule(LIST_WATCH, 'metrics.k8s.io', ['pods']),
    rule(READ, 'custom.metrics.k8s.io', ['*']),
    rule(READ, 'external.metrics.k8s.io', ['*']),
    recordEvents,
  ],
  'job-controller': [
    rule([...READ, 'patch', 'update'], BATCH, ['jobs']),
    rule(['update'], BATCH, ['jobs/status']),
    rule(['update'], BATCH, ['jobs/finalizers']),
    PODS,
    recordEvents,
  ],
  'namespace-controller': [
    rule(['delete', ...READ], CORE, ['namespaces']),
    rule(['update'], CORE, ['namespaces/finalize', 'namespaces/status']),
    rule(['delete', 'deletecollection', ...READ], '*', ['*']),
  ],
  'node-controller': [
    rule(['delete', ...READ, 'patch', 'update'], CORE, ['nodes']),
    rule(['patch', 'update'], CORE, ['nodes/status']),
    rule(['patch', 'update'], CORE, ['pods/status']),
    rule(['delete', ...READ], CORE, ['pods']),
    recordEvents,
  ],
  'persistent-volume-binder': [
    rule(MANAGE, CORE, ['persistentvolumes']),
    rule(['update'], CORE, ['persistentvolumes/status']),
    rule([...READ, 'update'], CORE, ['persistentvolumeclaims']),
    rule(['update'], CORE, ['persistentvolumeclaims/status']),
    rule(['create', 'delete', ...READ], CORE, ['pods']),
    rule(READ, STORAGE, ['storageclasses']),
    rule(LIST_WATCH, CORE, ['nodes']),
    recordEvents,
    rule(['watch'], CORE, ['events']),
  ],
  'pod-garbage-collector': [
    rule(['delete', ...LIST_WATCH], CORE, ['pods']),
    rule(READ, CORE, ['nodes']),
    rule(['patch'], CORE, ['pods/status']),
  ],
  'pv-protection-controller': [rule([...READ, 'update'], CORE, ['persistentvolumes']), recordEvents],
  'pvc-protection-controller': [
    rule([...READ, 'update'], CORE, ['persistentvolumeclaims']),
    rule(READ, CORE, ['pods']),
    recordEvents,
  ],
  'replicaset-controller': [
    rule([...READ, 'update'], [APPS, EXTENSIONS], ['replicasets']),
    rule(['update'], [APPS, EXTENSIONS], ['replicasets/status']),
    rule(['update'], [APPS, EXTENSIONS], ['replicasets/finalizers']),
    PODS,
    recordEvents,
  ],
  'replication-controller': [
    rule([...READ, 'update'], CORE, ['replicationcontrollers']),
    rule(['update'], CORE, ['replicationcontrollers/status']),
    rule(['update'], CORE, ['replicationcontrollers/finalizers']),
    PODS,
    recordEvents,
  ],
  'resourcequota-controller': [
    rule(LIST_WATCH, '*', ['*']),
    rule(['update'], CORE, ['resourcequotas/status']),
    recordEvents,
  ],
  // Upstream's API server writes the IPAddress objects itself.
  'service-cidrs-controller': [
    rule([...READ, 'patch', 'update'], NETWORKING, ['servicecidrs']),
    rule(['patch', 'update'], NETWORKING, ['servicecidrs/finalizers', 'servicecidrs/status']),
    rule(['create', 'delete', ...READ], NETWORKING, ['ipaddresses']),
    rule(LIST_WATCH, CORE, ['services']),
    recordEvents,
  ],
  'root-ca-cert-publisher': [rule(['create', 'update'], CORE, ['configmaps']), recordEvents],
  'route-controller': [
    rule(LIST_WATCH, CORE, ['nodes']),
    rule(['patch'], CORE, ['nodes/status']),
    recordEvents,
  ],
  'service-account-controller': [rule(['create'], CORE, ['serviceaccounts']), recordEvents],
  'service-controller': [
    rule(READ, CORE, ['services']),
    rule(['patch', 'update'], CORE, ['services/status']),
    rule(LIST_WATCH, CORE, ['nodes']),
    recordEvents,
  ],
  'statefulset-controller': [
    rule(LIST_WATCH, CORE, ['pods']),
    rule(READ, APPS, ['statefulsets']),
    rule(['update'], APPS, ['statefulsets/status']),
    rule(['update'], APPS, ['statefulsets/finalizers']),
    rule(['create', 'delete', 'get', 'patch', 'update'], CORE, ['pods']),
    rule(MANAGE_AND_PATCH, APPS, ['controllerrevisions']),
    rule(['create', ...READ], CORE, ['persistentvolumeclaims']),
    rule(['delete', 'update'], CORE, ['persistentvolumeclaims']),
    rule(['update'], CORE, ['pods/finalizers']),
    recordEvents,
  ],
  'ttl-after-finished-controller': [rule(['delete', ...READ], BATCH, ['jobs']), recordEvents],
  'ttl-controller': [rule([...LIST_WATCH, 'patch', 'update'], CORE, ['nodes']), recordEvents],
  'volumeattributesclass-protection-controller': [
    rule(READ, CORE, ['persistentvolumeclaims', 'persistentvolumes']),
    rule([...READ, 'update'], STORAGE, ['volumeattributesclasses']),
    recordEvents,
  ],
};

export const controllerRoles: readonly RoleData[] = Object.entries(RULES).map(([name, rules]) => ({
  name: PREFIX + name,
  rules,
}));

export const controllerBindings: readonly BindingData[] = Object.keys(RULES).map((name) => ({
  name: PREFIX + name,
  subjects: [account('kube-system', name)],
}));

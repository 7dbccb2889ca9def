/**
 * How every cluster's requests are shared out before anybody says otherwise (apiserver
 * `pkg/apis/flowcontrol/bootstrap/default.go`).
 */
interface Named {
  readonly name: string;
  /** Nobody may change it: what the server itself counts on. */
  readonly mandatory: boolean;
  readonly spec: Readonly<Record<string, unknown>>;
}

const ALL = ['*'];
const EVERYTHING = {
  resourceRules: [{ verbs: ALL, apiGroups: ALL, resources: ALL, namespaces: ALL, clusterScope: true }],
  nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
};

const groups = (...names: string[]): object[] => names.map((name) => ({ kind: 'Group', group: { name } }));
const users = (...names: string[]): object[] => names.map((name) => ({ kind: 'User', user: { name } }));
const systemAccounts = (...names: string[]): object[] =>
  names.map((name) => ({ kind: 'ServiceAccount', serviceAccount: { name, namespace: 'kube-system' } }));
const onResources = (verbs: string[], group: string, resources: string[], clusterScope = false): object => ({
  verbs,
  apiGroups: [group],
  resources,
  namespaces: ALL,
  ...(clusterScope ? { clusterScope } : {}),
});

const schema = (
  name: string,
  level: string,
  matchingPrecedence: number,
  distinguisher: 'ByUser' | 'ByNamespace' | undefined,
  rule: object,
  mandatory = false,
): Named => ({
  name,
  mandatory,
  spec: {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence,
    ...(distinguisher === undefined ? {} : { distinguisherMethod: { type: distinguisher } }),
    rules: [rule],
  },
});

const level = (
  name: string,
  nominalConcurrencyShares: number,
  lendablePercent: number,
  queues: number,
  handSize: number,
): Named => ({
  name,
  mandatory: false,
  spec: {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares,
      lendablePercent,
      limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } },
    },
  },
});

const EVERYBODY = groups('system:unauthenticated', 'system:authenticated');
const NODES = groups('system:nodes');
const LEASES = onResources(['get', 'create', 'update'], 'coordination.k8s.io', ['leases']);

export const BOOTSTRAP_LEVELS: readonly Named[] = [
  {
    name: 'exempt',
    mandatory: true,
    spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  },
  {
    name: 'catch-all',
    mandatory: true,
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
    },
  },
  level('system', 30, 33, 64, 6),
  level('node-high', 40, 25, 64, 6),
  level('leader-election', 10, 0, 16, 4),
  level('workload-high', 40, 50, 128, 6),
  level('workload-low', 100, 90, 128, 6),
  level('global-default', 20, 50, 128, 6),
];

export const BOOTSTRAP_SCHEMAS: readonly Named[] = [
  schema('exempt', 'exempt', 1, undefined, { subjects: groups('system:masters'), ...EVERYTHING }, true),
  schema('catch-all', 'catch-all', 10_000, 'ByUser', { subjects: EVERYBODY, ...EVERYTHING }, true),
  schema('probes', 'exempt', 2, undefined, {
    subjects: EVERYBODY,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  schema('system-leader-election', 'leader-election', 100, 'ByUser', {
    subjects: [...users('system:kube-controller-manager', 'system:kube-scheduler'), ...systemAccounts('*')],
    resourceRules: [LEASES],
  }),
  schema('endpoint-controller', 'workload-high', 150, 'ByUser', {
    subjects: [
      ...users('system:kube-controller-manager'),
      ...systemAccounts('endpoint-controller', 'endpointslicemirroring-controller'),
    ],
    resourceRules: [onResources(['get', 'create', 'update'], '', ['endpoints'])],
  }),
  schema('workload-leader-election', 'leader-election', 200, 'ByUser', {
    subjects: systemAccounts('*'),
    resourceRules: [LEASES],
  }),
  schema('system-node-high', 'node-high', 400, 'ByUser', {
    subjects: NODES,
    resourceRules: [
      onResources(ALL, '', ['nodes', 'nodes/status'], true),
      onResources(ALL, 'coordination.k8s.io', ['leases']),
    ],
  }),
  schema('system-nodes', 'system', 500, 'ByUser', { subjects: NODES, ...EVERYTHING }),
  schema('kube-controller-manager', 'workload-high', 800, 'ByNamespace', {
    subjects: users('system:kube-controller-manager'),
    ...EVERYTHING,
  }),
  schema('kube-scheduler', 'workload-high', 800, 'ByNamespace', {
    subjects: users('system:kube-scheduler'),
    ...EVERYTHING,
  }),
  schema('kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', {
    subjects: systemAccounts('*'),
    ...EVERYTHING,
  }),
  schema('service-accounts', 'workload-low', 9000, 'ByUser', {
    subjects: groups('system:serviceaccounts'),
    ...EVERYTHING,
  }),
  schema('global-default', 'global-default', 9900, 'ByUser', { subjects: EVERYBODY, ...EVERYTHING }),
];

/** What must be of a mandatory object; undefined for all others. */
export function mandatorySpec(list: readonly Named[], name: string | undefined): Named['spec'] | undefined {
  return list.find((one) => one.mandatory && one.name === name)?.spec;
}

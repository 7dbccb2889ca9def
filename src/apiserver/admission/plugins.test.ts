import assert from 'node:assert/strict';
import type { Kind } from '../../api/kind.ts';
import { kinds } from '../../api/kinds/index.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import { leases, nodes, pods, priorityClasses, serviceAccounts } from '../../api/resources.ts';
import type { Resource } from '../../api/resource.ts';
import { StatusError } from '../../api/status.ts';
import { FakeClock } from '../../base/clock.ts';
import { systemRandom } from '../../base/random.ts';
import { createServiceAllocators } from '../allocators/serviceAllocators.ts';
import type { Pod, ServiceAccount } from '../../api/types.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from './contract.ts';
import { admissionPlugins } from './index.ts';
import { defaultTolerationSeconds } from './defaultTolerationSeconds.ts';
import { nodeRestriction } from './nodeRestriction.ts';
import { priority } from './priority.ts';
import { serviceAccount } from './serviceAccount.ts';
import { taintNodesByCondition } from './taintNodesByCondition.ts';

const kindOf = (resource: Resource): Kind => {
  const kind = kinds.find((candidate) => candidate.resource === resource);
  assert.ok(kind);
  return kind;
};

function attributesOf(
  resource: Resource,
  object: object | undefined,
  more: Partial<AdmissionAttributes> = {},
): AdmissionAttributes {
  const draft = object as Draft | undefined;
  return {
    operation: 'CREATE',
    kind: kindOf(resource),
    subresource: '',
    namespace: resource.namespaced ? 'ns' : '',
    name: draft?.metadata.name ?? '',
    object: draft,
    old: undefined,
    user: { name: 'jane', groups: [] },
    dryRun: false,
    warn: () => undefined,
    ...more,
  };
}

const readerOf = (...objects: readonly (readonly [Resource, object])[]): AdmissionReader => ({
  get: ({ plural }, namespace, name) =>
    objects.find(([r, object]) => {
      const { metadata } = object as KubeObject;
      return r.plural === plural && metadata.name === name && (metadata.namespace ?? '') === namespace;
    })?.[1] as KubeObject | undefined,
  list: ({ plural }) =>
    objects.filter(([r]) => r.plural === plural).map(([, object]) => object as KubeObject),
});

/** Undefined for admitted, else the message of the refusal. */
async function refusal(
  plugin: AdmissionPlugin,
  attributes: AdmissionAttributes,
): Promise<string | undefined> {
  if (!plugin.handles(attributes)) return undefined;
  try {
    await plugin.mutate?.(attributes);
    await plugin.validate?.(attributes);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof StatusError);
    return error.message;
  }
}

const podOf = (spec: object = {}, metadata: object = {}): Draft<Pod> =>
  ({
    metadata: { name: 'p', namespace: 'ns', ...metadata },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  }) as unknown as Draft<Pod>;

describe('admissionPlugins', () => {
  it("lists the plugins in upstream's order, what allocates last", () => {
    const cache = { get: () => undefined, list: () => [], onChange: () => ({ dispose: () => undefined }) };
    const clock = new FakeClock();
    const allocators = createServiceAllocators({
      cache,
      clock,
      random: systemRandom,
      serviceCidr: '10.0.0.0/24',
    });
    const plugins = admissionPlugins({ cache, clock, random: systemRandom, allocators });
    assert.deepEqual(
      plugins.map((plugin) => plugin.name),
      [
        'NamespaceLifecycle',
        'ServiceAccount',
        'NodeRestriction',
        'TaintNodesByCondition',
        'Priority',
        'DefaultTolerationSeconds',
        'ServiceAddresses',
      ],
    );
    allocators.dispose();
  });
});

describe('Priority', () => {
  const high = { metadata: { name: 'high' }, value: 7, preemptionPolicy: 'Never' };
  const standard = { metadata: { name: 'standard' }, value: 3, globalDefault: true };
  const plugin = priority(readerOf([priorityClasses, high], [priorityClasses, standard]));

  it('takes value and policy from the class, or from the default one', async () => {
    const chosen = podOf({ priorityClassName: 'high' });
    await plugin.mutate?.(attributesOf(pods, chosen));
    assert.deepEqual([chosen.spec.priority, chosen.spec.preemptionPolicy], [7, 'Never']);
    const unnamed = podOf();
    await plugin.mutate?.(attributesOf(pods, unnamed));
    assert.deepEqual(
      [unnamed.spec.priorityClassName, unnamed.spec.priority, unnamed.spec.preemptionPolicy],
      ['standard', 3, 'PreemptLowerPriority'],
    );
  });

  it('refuses unknown classes and values that differ from the class', async () => {
    assert.equal(
      await refusal(plugin, attributesOf(pods, podOf({ priorityClassName: 'x' }))),
      'pods "p" is forbidden: no PriorityClass with name x was found',
    );
    assert.equal(
      await refusal(plugin, attributesOf(pods, podOf({ priorityClassName: 'high', priority: 8 }))),
      'pods "p" is forbidden: the integer value of priority (8) must not be provided in pod spec; priority admission controller computed 7 from the given PriorityClass name',
    );
  });

  it('keeps the priority through an update that leaves it out', async () => {
    const update = podOf();
    const old = podOf({ priority: 7, preemptionPolicy: 'Never' }) as unknown as KubeObject;
    await plugin.mutate?.(attributesOf(pods, update, { operation: 'UPDATE', old }));
    assert.deepEqual([update.spec.priority, update.spec.preemptionPolicy], [7, 'Never']);
  });

  it('refuses a second default class', async () => {
    const second = { metadata: { name: 'second' }, value: 1, globalDefault: true };
    assert.equal(
      await refusal(plugin, attributesOf(priorityClasses, second)),
      'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass standard is already marked as default. Only one default can exist',
    );
    assert.equal(await refusal(plugin, attributesOf(priorityClasses, standard)), undefined);
  });
});

describe('DefaultTolerationSeconds', () => {
  it('adds what is missing and keeps what is there', async () => {
    const own = {
      key: 'node.kubernetes.io/not-ready',
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 5,
    };
    const object = podOf({ tolerations: [own] });
    await defaultTolerationSeconds().mutate?.(attributesOf(pods, object));
    assert.deepEqual(object.spec.tolerations, [
      own,
      {
        key: 'node.kubernetes.io/unreachable',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      },
    ]);
    const all = podOf({ tolerations: [{ operator: 'Exists' }] });
    await defaultTolerationSeconds().mutate?.(attributesOf(pods, all));
    assert.equal(all.spec.tolerations?.length, 1);
  });
});

describe('TaintNodesByCondition', () => {
  it('taints once', async () => {
    const node = { metadata: { name: 'n' }, spec: {} };
    const plugin = taintNodesByCondition();
    await plugin.mutate?.(attributesOf(nodes, node));
    await plugin.mutate?.(attributesOf(nodes, node));
    assert.deepEqual(node.spec, { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] });
  });
});

describe('ServiceAccount', () => {
  const account = {
    metadata: { name: 'default' },
    imagePullSecrets: [{ name: 's' }],
  } as unknown as ServiceAccount;
  const plugin = (found: ServiceAccount | undefined = account): AdmissionPlugin =>
    serviceAccount({
      random: { number: () => 0, uuid: () => '', bytes: () => Buffer.alloc(0), suffix: () => 'abcde' },
      findAccount: () => found,
    });
  const mirror = { annotations: { 'kubernetes.io/config.mirror': 'x' } };

  it('mounts the token in every container that has nothing there, init containers first', async () => {
    const taken = { name: 'other', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' };
    const object = podOf({
      containers: [
        { name: 'c', image: 'i' },
        { name: 'd', image: 'i', volumeMounts: [taken] },
      ],
      initContainers: [{ name: 'i', image: 'i' }],
    });
    await plugin().mutate?.(attributesOf(pods, object));
    const mount = { name: 'kube-api-access-abcde', readOnly: true, mountPath: taken.mountPath };
    assert.deepEqual(object.spec.initContainers?.[0]?.volumeMounts, [mount]);
    assert.deepEqual(
      object.spec.containers.map((container) => container.volumeMounts),
      [[mount], [taken]],
    );
    assert.equal(object.spec.volumes?.[0]?.name, mount.name);
    assert.deepEqual(object.spec.imagePullSecrets, [{ name: 's' }]);
  });

  it('mounts nothing where pod or account say so, the pod first', async () => {
    for (const [own, ofAccount, mounted] of [
      [undefined, false, false],
      [true, false, true],
      [false, true, false],
    ] as const) {
      const object = podOf(own === undefined ? {} : { automountServiceAccountToken: own });
      const found = { ...account, automountServiceAccountToken: ofAccount } as ServiceAccount;
      await plugin(found).mutate?.(attributesOf(pods, object));
      assert.equal(object.spec.volumes !== undefined, mounted, `${own} ${ofAccount}`);
    }
  });

  it('lets a mirror pod refer to nothing', async () => {
    assert.equal(await refusal(plugin(), attributesOf(pods, podOf({}, mirror))), undefined);
    assert.equal(
      await refusal(plugin(), attributesOf(pods, podOf({ serviceAccountName: 'a' }, mirror))),
      'pods "p" is forbidden: a mirror pod may not reference service accounts',
    );
    assert.equal(
      await refusal(plugin(), attributesOf(pods, podOf({ volumes: [{ name: 'v', secret: {} }] }, mirror))),
      'pods "p" is forbidden: a mirror pod may not reference secrets',
    );
  });

  it('names what is to be generated where there is no name yet', async () => {
    const missing = serviceAccount({
      random: { number: () => 0, uuid: () => '', bytes: () => Buffer.alloc(0), suffix: () => '' },
      findAccount: () => undefined,
    });
    assert.equal(
      await refusal(missing, attributesOf(pods, podOf({}, { name: '', generateName: 'p-' }))),
      'pods "p-" is forbidden: error looking up service account ns/default: serviceaccount "default" not found',
    );
  });
});

describe('NodeRestriction', () => {
  const user = { name: 'system:node:n1', groups: ['system:nodes'] };
  const own = podOf({ nodeName: 'n1' }, { name: 'own', uid: 'u1' });
  const other = podOf({ nodeName: 'n2' }, { name: 'other', uid: 'u2' });
  const self = { metadata: { name: 'n1', uid: 'nu' }, spec: {} };
  const plugin = nodeRestriction(readerOf([pods, own], [pods, other], [nodes, self]));
  const ask = (
    resource: Resource,
    object: object | undefined,
    more: Partial<AdmissionAttributes> = {},
  ): Promise<string | undefined> => refusal(plugin, attributesOf(resource, object, { user, ...more }));
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'nu', controller: true };
  const mirror = (metadata: object = {}, spec: object = {}): Draft<Pod> =>
    podOf(
      { nodeName: 'n1', ...spec },
      { annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences: [owner], ...metadata },
    );
  const update = { operation: 'UPDATE' } as const;

  it('has no say about anybody else', async () => {
    assert.equal(await refusal(plugin, attributesOf(pods, podOf())), undefined);
    assert.equal(await ask(pods, podOf(), { user: { name: 'system:node:n1', groups: [] } }), undefined);
  });

  it('lets a node delete, evict and report its own pods only', async () => {
    const at = (pod: Draft<Pod>): Partial<AdmissionAttributes> => ({
      name: pod.metadata.name ?? '',
      old: pod as unknown as KubeObject,
    });
    assert.equal(await ask(pods, undefined, { operation: 'DELETE', ...at(own) }), undefined);
    assert.equal(
      await ask(pods, undefined, { operation: 'DELETE', ...at(other) }),
      'pods "other" is forbidden: node "n1" can only delete pods with spec.nodeName set to itself',
    );
    assert.equal(await ask(pods, own, { ...update, ...at(own), subresource: 'status' }), undefined);
    assert.equal(
      await ask(pods, other, { ...update, ...at(other), subresource: 'status' }),
      'pods "other" is forbidden: node "n1" can only update pod status for pods with spec.nodeName set to itself',
    );
    assert.equal(
      await ask(pods, { metadata: { name: 'other' } }, { name: 'other', subresource: 'eviction' }),
      'pods "other" is forbidden: node n1 can only evict pods with spec.nodeName set to itself',
    );
    assert.equal(
      await ask(pods, own, { ...update, ...at(own) }),
      'pods "own" is forbidden: unexpected operation "UPDATE", node "n1" can only create and delete mirror pods',
    );
    assert.match(
      (await ask(pods, own, { subresource: 'binding' })) ?? '',
      /unexpected pod subresource "binding"/,
    );
  });

  it('lets a node create mirror pods of its own that refer to nothing', async () => {
    assert.equal(await ask(pods, mirror()), undefined);
    const cases: readonly (readonly [Draft<Pod>, string])[] = [
      [
        podOf({ nodeName: 'n1' }),
        'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
      ],
      [mirror({}, { nodeName: 'n2' }), 'node "n1" can only create pods with spec.nodeName set to itself'],
      [
        mirror({ ownerReferences: [] }),
        'node "n1" can only create pods with an owner reference set to itself',
      ],
      [
        mirror({ ownerReferences: [owner, owner] }),
        'node "n1" can only create pods with a single owner reference set to itself',
      ],
      [mirror({ ownerReferences: [{ ...owner, uid: 'x' }] }), 'node n1 UID mismatch: expected x got nu'],
      [
        mirror({}, { serviceAccountName: 'a' }),
        'node "n1" can not create pods that reference a service account',
      ],
      [
        mirror({}, { volumes: [{ name: 'v', secret: { secretName: 's' } }] }),
        'node "n1" can not create pods that reference secrets',
      ],
      [
        mirror({}, { containers: [{ name: 'c', image: 'i', envFrom: [{ configMapRef: { name: 'm' } }] }] }),
        'node "n1" can not create pods that reference configmaps',
      ],
    ];
    for (const [object, why] of cases) assert.equal(await ask(pods, object), `pods "p" is forbidden: ${why}`);
  });

  it('lets a node change itself, and not its taints or the labels that steer workloads', async () => {
    const node = (labels: object, spec: object = {}): object => ({ metadata: { name: 'n1', labels }, spec });
    const old = node({ 'kubernetes.io/hostname': 'n1' }) as KubeObject;
    const labels = { 'kubernetes.io/hostname': 'x', 'example.com/a': '1', 'node.kubernetes.io/b': '1' };
    assert.equal(await ask(nodes, node(labels)), undefined);
    assert.equal(await ask(nodes, node(labels), { ...update, old }), undefined);
    assert.equal(
      await ask(
        nodes,
        node({ 'node-role.kubernetes.io/control-plane': '', 'node-restriction.kubernetes.io/x': '' }),
      ),
      'nodes "n1" is forbidden: node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/x, node-role.kubernetes.io/control-plane',
    );
    assert.equal(
      await ask(
        nodes,
        node({ 'kubernetes.io/hostname': 'n1' }, { taints: [{ key: 'a', effect: 'NoSchedule' }] }),
        { ...update, old },
      ),
      'nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
    );
    assert.equal(
      await ask(nodes, { metadata: { name: 'n2' }, spec: {} }),
      'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
    );
  });

  it('lets a node have tokens for pods that run on it', async () => {
    const token = (ref: object | undefined): object => ({ metadata: {}, spec: { boundObjectRef: ref } });
    const at = { subresource: 'token', name: 'default' };
    const ref = { apiVersion: 'v1', kind: 'Pod', name: 'own', uid: 'u1' };
    assert.equal(await ask(serviceAccounts, token(ref), at), undefined);
    const cases: readonly (readonly [object | undefined, string])[] = [
      [undefined, 'node requested token not bound to a pod'],
      [{ ...ref, uid: '' }, 'node requested token with a pod binding without a uid'],
      [
        { ...ref, name: 'other', uid: 'u2' },
        'node requested token bound to a pod scheduled on a different node',
      ],
      [
        { ...ref, uid: 'x' },
        'the UID in the bound object reference (x) does not match the UID in record. The object might have been deleted and then recreated',
      ],
    ];
    for (const [bound, why] of cases) {
      assert.equal(
        await ask(serviceAccounts, token(bound), at),
        `serviceaccounts "default" is forbidden: ${why}`,
      );
    }
  });

  it('lets a node renew its own lease', async () => {
    const lease = { metadata: { name: 'n1' } };
    assert.equal(await ask(leases, lease, { namespace: 'kube-node-lease' }), undefined);
    assert.equal(
      await ask(leases, lease),
      'leases.coordination.k8s.io "n1" is forbidden: can only access leases in the "kube-node-lease" system namespace',
    );
    assert.match(
      (await ask(leases, { metadata: { name: 'n2' } }, { namespace: 'kube-node-lease', ...update })) ?? '',
      /can only access node lease with the same name as the requesting node$/,
    );
  });
});

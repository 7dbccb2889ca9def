import assert from 'node:assert/strict';
import type { KubeObject } from '../../api/meta.ts';
import { nodes, pods, priorityClasses } from '../../api/resources.ts';
import { FakeClock } from '../../base/clock.ts';
import { systemRandom } from '../../base/random.ts';
import { attributesOf, podOf, readerOf, refusal } from '../../../test/harness/admission.ts';
import { createServiceAllocators } from '../allocators/serviceAllocators.ts';
import type { ServiceAccount } from '../../api/types.ts';
import type { AdmissionPlugin } from './contract.ts';
import { admissionPlugins } from './index.ts';
import { defaultTolerationSeconds } from './defaultTolerationSeconds.ts';
import { priority } from './priority.ts';
import { serviceAccount } from './serviceAccount.ts';
import { taintNodesByCondition } from './taintNodesByCondition.ts';

describe('admissionPlugins', () => {
  it("lists the plugins in upstream's order, what allocates last", () => {
    const cache = { get: () => undefined, list: () => [], onChange: () => ({ dispose: () => undefined }) };
    const clock = new FakeClock();
    const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
    const allocators = createServiceAllocators({
      cache,
      clock,
      random: systemRandom,
      serviceCidr: '10.0.0.0/24',
    });
    const plugins = admissionPlugins({
      cache,
      reader: readerOf(),
      clock,
      random: systemRandom,
      allocators,
      authorizer,
    });
    assert.deepEqual(
      plugins.map((plugin) => plugin.name),
      [
        'CustomResourceTermination',
        'NamespaceLifecycle',
        'LimitRanger',
        'ServiceAccount',
        'NodeRestriction',
        'TaintNodesByCondition',
        'PodSecurity',
        'Priority',
        'DefaultTolerationSeconds',
        'DefaultStorageClass',
        'StorageObjectInUseProtection',
        'PersistentVolumeClaimResize',
        'RuntimeClass',
        'CertificateApproval',
        'CertificateSigning',
        'CertificateSubjectRestriction',
        'DefaultIngressClass',
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
    const volume = { name: 'v', csi: { driver: 'd', nodePublishSecretRef: { name: 's' } } };
    assert.equal(
      await refusal(plugin(), attributesOf(pods, podOf({ volumes: [volume] }, mirror))),
      'pods "p" is forbidden: a mirror pod may not reference secrets',
    );
    const token = { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } };
    assert.equal(
      await refusal(plugin(), attributesOf(pods, podOf({ volumes: [token] }, mirror))),
      'pods "p" is forbidden: a mirror pod may not use service account token volume projections',
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

import assert from 'node:assert/strict';
import { attributesOf, podOf, readerOf, refusal } from '../../../../test/harness/admission.ts';
import type { Draft, KubeObject } from '../../../api/meta.ts';
import { type Resource, resource } from '../../../api/resource.ts';
import { leases, nodes, pods, serviceAccounts } from '../../../api/resources.ts';
import type { Pod } from '../../../api/types.ts';
import type { AdmissionAttributes } from '../contract.ts';
import { nodeRestriction } from './nodeRestriction.ts';

const claims = resource('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', 'Namespaced');
const volumes = resource('', 'v1', 'persistentvolumes', 'PersistentVolume', 'Cluster');
const csiDrivers = resource('storage.k8s.io', 'v1', 'csidrivers', 'CSIDriver', 'Cluster');
const csiNodes = resource('storage.k8s.io', 'v1', 'csinodes', 'CSINode', 'Cluster');
const slices = resource('resource.k8s.io', 'v1', 'resourceslices', 'ResourceSlice', 'Cluster');

describe('NodeRestriction', () => {
  const user = { name: 'system:node:n1', groups: ['system:nodes'] };
  const own = podOf(
    {
      nodeName: 'n1',
      volumes: [
        { name: 'own', projected: { sources: [{ serviceAccountToken: { path: 'a' } }] } },
        {
          name: 'vault',
          projected: { sources: [{ serviceAccountToken: { path: 'b', audience: 'vault' } }] },
        },
        { name: 'inline', csi: { driver: 'driver-1' } },
        { name: 'claimed', persistentVolumeClaim: { claimName: 'claim' } },
      ],
    },
    { name: 'own', uid: 'u1' },
  );
  const other = podOf({ nodeName: 'n2' }, { name: 'other', uid: 'u2' });
  const self = { metadata: { name: 'n1', uid: 'nu' }, spec: {} };
  const driver = (name: string, audience: string): object => ({
    metadata: { name },
    spec: { tokenRequests: [{ audience }] },
  });
  const stored: readonly (readonly [Resource, object])[] = [
    [pods, own],
    [pods, other],
    [nodes, self],
    [csiDrivers, driver('driver-1', 'csi')],
    [csiDrivers, driver('driver-2', 'behind a claim')],
    [claims, { metadata: { name: 'claim', namespace: 'ns' }, spec: { volumeName: 'volume' } }],
    [volumes, { metadata: { name: 'volume' }, spec: { csi: { driver: 'driver-2' } } }],
  ];
  const plugin = nodeRestriction({
    reader: readerOf(...stored),
    authorizer: {
      authorize: (_user, { verb, resource }) => ({
        allowed: verb === 'request-serviceaccounts-token-audience' && resource === 'granted',
        reason: '',
      }),
    },
  });
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
        'node "n1" can not create pods that reference serviceaccounts',
      ],
      [
        mirror({}, { volumes: [{ name: 'v', secret: { secretName: 's' } }] }),
        'node "n1" can not create pods that reference secrets',
      ],
      [
        mirror({}, { containers: [{ name: 'c', image: 'i', envFrom: [{ configMapRef: { name: 'm' } }] }] }),
        'node "n1" can not create pods that reference configmaps',
      ],
      ...(
        [
          [{ csi: { driver: 'd', nodePublishSecretRef: { name: 's' } } }, 'secrets'],
          [{ csi: { driver: 'd' } }, 'csidrivers (via CSI volumes)'],
          [{ azureFile: { secretName: 's', shareName: 'x' } }, 'secrets'],
          [{ iscsi: { targetPortal: 'p', iqn: 'q', lun: 0, secretRef: { name: 's' } } }, 'secrets'],
          [{ glusterfs: { endpoints: 'e', path: 'p' } }, 'endpoints (via glusterFS volumes)'],
          [{ persistentVolumeClaim: { claimName: 'c' } }, 'persistentvolumeclaims'],
          [{ ephemeral: {} }, 'persistentvolumeclaims (via ephemeral volumes)'],
          [
            { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
            'serviceaccounts (via projected volumes)',
          ],
          [
            { projected: { sources: [{ clusterTrustBundle: { name: 'b', path: 'p' } }] } },
            'clustertrustbundles',
          ],
          [{ projected: { sources: [{ podCertificate: { signerName: 's' } }] } }, 'podcertificates'],
        ] as const
      ).map(
        ([source, words]) =>
          [
            mirror({}, { volumes: [{ name: 'v', ...source }] }),
            `node "n1" can not create pods that reference ${words}`,
          ] as const,
      ),
      [
        mirror({}, { resourceClaims: [{ name: 'r', resourceClaimTemplateName: 't' }] }),
        'node "n1" can not create pods that reference resourceclaims',
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
    const owned = { metadata: { name: 'n1', ownerReferences: [owner] }, spec: {} };
    const configured = node({}, { configSource: { configMap: { name: 'c', namespace: 'ns' } } });
    const gone = (why: string): string => `nodes "n1" is forbidden: node "n1" is not allowed to ${why}`;
    assert.equal(await ask(nodes, owned), gone('modify ownerReferences'));
    assert.equal(
      await ask(nodes, owned, { ...update, old: node({}) as KubeObject }),
      gone('modify ownerReferences'),
    );
    assert.equal(await ask(nodes, owned, { ...update, old: owned as unknown as KubeObject }), undefined);
    assert.equal(await ask(nodes, configured), gone('create pods with a non-nil configSource'));
    assert.equal(
      await ask(nodes, configured, { ...update, old: node({}) as KubeObject }),
      gone('update configSource to a new non-nil configSource'),
    );
    assert.equal(
      await ask(nodes, { metadata: { name: 'n2' }, spec: {} }),
      'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
    );
  });

  it('lets a node have tokens for pods that run on it', async () => {
    const token = (ref: object | undefined, ...audiences: string[]): object => ({
      metadata: {},
      spec: { boundObjectRef: ref, audiences },
    });
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

  it('lets a node have tokens for audiences that the pod asks for, or that a role grants', async () => {
    const ref = { apiVersion: 'v1', kind: 'Pod', name: 'own', uid: 'u1' };
    const asked = (...audiences: string[]): Promise<string | undefined> =>
      ask(
        serviceAccounts,
        { metadata: {}, spec: { boundObjectRef: ref, audiences } },
        { subresource: 'token', name: 'default' },
      );
    for (const audience of ['', 'vault', 'csi', 'behind a claim', 'granted']) {
      assert.equal(await asked(audience), undefined, audience);
    }
    assert.equal(
      await asked('bank'),
      'serviceaccounts "default" is forbidden: audience "bank" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience',
    );
    assert.equal(
      await asked('vault', 'csi'),
      'serviceaccounts "default" is forbidden: node may only request 0 or 1 audiences',
    );
  });

  it('keeps labels and resource claims of a pod from its node', async () => {
    const claim = (name: string): object => ({
      resourceClaimStatuses: [{ name: 'c', resourceClaimName: name }],
    });
    const extended = (name: string): object => ({
      extendedResourceClaimStatus: { resourceClaimName: name, requestMappings: [] },
    });
    const withStatus = (status: object, labels?: object): object => ({
      ...podOf({ nodeName: 'n1' }, { labels }),
      status,
    });
    const change = (before: object, after: object): Promise<string | undefined> =>
      ask(pods, after, { ...update, name: 'p', subresource: 'status', old: before as KubeObject });
    assert.equal(await change(withStatus({}), withStatus({ phase: 'Running' })), undefined);
    assert.equal(
      await change(withStatus(claim('a')), withStatus({ ...claim('a'), phase: 'Running' })),
      undefined,
    );
    const refused = (why: string): string => `pods "p" is forbidden: node "n1" cannot update ${why}`;
    assert.equal(
      await change(withStatus({}), withStatus({}, { app: 'x' })),
      refused('labels through pod status'),
    );
    assert.equal(
      await change(withStatus(claim('a')), withStatus(claim('b'))),
      refused('resource claim statues'),
    );
    assert.equal(
      await change(withStatus({}), withStatus(extended('b'))),
      refused('extended resource claim status'),
    );
  });

  it('lets a node report what became of a claim’s volume, and nothing else of it', async () => {
    const claim = (status: object, metadata: object = {}, spec: object = {}): object => ({
      metadata: { name: 'c', namespace: 'ns', resourceVersion: '1', ...metadata },
      spec,
      status,
    });
    const old = claim({ phase: 'Bound', capacity: { storage: '1Gi' } });
    const change = (object: object, subresource = 'status'): Promise<string | undefined> =>
      ask(claims, object, { ...update, subresource, name: 'c', old: old as KubeObject });
    const grown = { phase: 'Bound', capacity: { storage: '2Gi' }, conditions: [{ type: 'Resizing' }] };
    assert.equal(await change(claim(grown, { resourceVersion: '' })), undefined);
    const refused =
      'persistentvolumeclaims "c" is forbidden: node "n1" is not allowed to update fields other than status.quantity and status.conditions';
    assert.equal(await change(claim({ ...grown, phase: 'Lost' })), refused);
    assert.equal(await change(claim(grown, { labels: { a: 'b' } })), refused);
    assert.equal(await change(claim(grown, {}, { volumeName: 'v' })), refused);
    assert.equal(
      await change(claim(grown), ''),
      'persistentvolumeclaims "c" is forbidden: may only update PVC status',
    );
  });

  it('lets a node have its own CSINode and ResourceSlices', async () => {
    assert.equal(await ask(csiNodes, { metadata: { name: 'n1' } }), undefined);
    assert.match(
      (await ask(csiNodes, { metadata: { name: 'n2' } })) ?? '',
      /can only access CSINode with the same name as the requesting node$/,
    );
    const slice = (nodeName: string): object => ({ metadata: { name: 's' }, spec: { nodeName } });
    assert.equal(await ask(slices, slice('n1')), undefined);
    assert.match(
      (await ask(slices, slice('n2'))) ?? '',
      /can only create ResourceSlice with the same NodeName as the requesting node$/,
    );
    assert.match(
      (await ask(slices, undefined, { operation: 'DELETE', name: 's', old: slice('n2') as KubeObject })) ??
        '',
      /can only delete ResourceSlice with the same NodeName as the requesting node$/,
    );
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

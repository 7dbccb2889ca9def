import assert from 'node:assert/strict';
import { startTestServer, type TestServer } from '../../../../test/harness/apiServer.ts';
import type { UserInfo } from '../../../api/request.ts';
import type { Status } from '../../../api/status.ts';
import type { Node, Pod, PodDisruptionBudget } from '../../../api/types.ts';
import { systemClock } from '../../../base/clock.ts';
import { systemRandom } from '../../../base/random.ts';
import { encode } from '../../../storage/encoding.ts';
import { admissionPlugins } from '../../admission/index.ts';
import { createAdmissionReader } from '../../admission/reader.ts';
import { createServiceAllocators, type ServiceAllocators } from '../../allocators/serviceAllocators.ts';
import { type AccessControl, createAccessControl } from '../accessControl.ts';
import { nodeUser } from '../users.ts';

const PODS = '/api/v1/namespaces/team/pods';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const MIRROR = 'kubernetes.io/config.mirror';

/** What somebody can do who has the credential of one node, with authorizer and admission as the product has them. */
describe('the credential of a node', () => {
  let server: TestServer;
  let access: AccessControl;
  let allocators: ServiceAllocators;
  let n1: Node;

  beforeEach(async () => {
    server = await startTestServer({
      admission(cache) {
        access = createAccessControl(cache);
        const parts = { cache, clock: systemClock, random: systemRandom };
        allocators = createServiceAllocators({ ...parts, serviceCidr: '10.96.0.0/24' });
        const reader = createAdmissionReader(cache);
        return admissionPlugins({ ...parts, reader, allocators, authorizer: access.authorizer });
      },
      authorizer: {
        authorize: (user, attributes) => access.authorizer.authorize(user, attributes),
        rulesFor: (user, namespace) => access.authorizer.rulesFor(user, namespace),
      },
      requestToken: (_account, request) => Promise.resolve({ ...request, status: { token: 't' } } as never),
    });
    await make('/api/v1/namespaces', { metadata: { name: 'team' } });
    await make('/api/v1/namespaces/team/serviceaccounts', { metadata: { name: 'default' } });
    await make('/api/v1/namespaces/team/secrets', { metadata: { name: 'hush' } });
    n1 = await make<Node>('/api/v1/nodes', { metadata: { name: 'n1' } }, nodeUser('n1'));
    await make('/api/v1/nodes', { metadata: { name: 'n2' } });
  });
  afterEach(async () => {
    allocators.dispose();
    access.dispose();
    await server.stop();
  });

  const make = async <T>(url: string, body: object, user?: UserInfo): Promise<T> => {
    const answer = await server.call<T>('POST', url, body, user === undefined ? {} : { user });
    assert.equal(answer.code, 201, JSON.stringify(answer.body));
    return answer.body;
  };
  const makePod = (name: string, spec: object): Promise<Pod> =>
    make<Pod>(PODS, {
      metadata: { name, labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
    });
  const asNode = async (
    method: string,
    url: string,
    body?: object,
  ): Promise<{ code: number; message: string }> => {
    const headers = method === 'PATCH' ? MERGE : {};
    const answer = await server.call<Status>(method, url, body, { user: nodeUser('n1'), headers });
    return { code: answer.code, message: answer.body.message ?? '' };
  };
  const mirrorPod = (spec: object): object => ({
    metadata: {
      name: 'mirror',
      annotations: { [MIRROR]: 'x' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: n1.metadata.uid, controller: true },
      ],
    },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], ...spec },
  });

  it('reads no Secret that it puts into a mirror pod itself, whatever the field', async () => {
    const secret = '/api/v1/namespaces/team/secrets/hush';
    const secretRef = { name: 'hush' };
    const volume = (source: object): object => ({ volumes: [{ name: 'v', ...source }] });
    const ways = [
      volume({ csi: { driver: 'd', nodePublishSecretRef: secretRef } }),
      volume({ azureFile: { secretName: 'hush', shareName: 's' } }),
      volume({ cephfs: { monitors: ['m'], secretRef } }),
      volume({ flexVolume: { driver: 'd/d', secretRef } }),
      volume({
        iscsi: { targetPortal: 'p', iqn: 'iqn.2000-01.a:b', lun: 0, chapAuthSession: true, secretRef },
      }),
      volume({ rbd: { monitors: ['m'], image: 'i', secretRef } }),
      volume({ scaleIO: { gateway: 'g', system: 's', secretRef, volumeName: 'v' } }),
      volume({ storageos: { volumeName: 'v', secretRef } }),
      volume({ projected: { sources: [{ secret: secretRef }] } }),
      { imagePullSecrets: [secretRef] },
      { initContainers: [{ name: 'i', image: 'i', envFrom: [{ secretRef }] }] },
    ];
    for (const spec of ways) {
      const answer = await asNode('POST', PODS, mirrorPod(spec));
      assert.deepEqual(answer, {
        code: 403,
        message: 'pods "mirror" is forbidden: a mirror pod may not reference secrets',
      });
    }
    assert.equal((await asNode('GET', secret)).code, 403);
    // Nor through one that somebody else has let in.
    const stored = { apiVersion: 'v1', kind: 'Pod', ...mirrorPod({ imagePullSecrets: [secretRef] }) };
    await server.storage.create('core/pods/team/mirror', encode(stored as never));
    assert.equal((await asNode('GET', secret)).code, 403);
  });

  it('reads what pods on it name, and no longer than they are there', async () => {
    const secret = '/api/v1/namespaces/team/secrets/hush';
    const csi = { driver: 'd', nodePublishSecretRef: { name: 'hush' } };
    await makePod('p', { nodeName: 'n2', volumes: [{ name: 'v', csi }] });
    assert.equal((await asNode('GET', secret)).code, 403);
    await makePod('q', { nodeName: 'n1', volumes: [{ name: 'v', csi }] });
    assert.equal((await asNode('GET', secret)).code, 200);
    await server.call('DELETE', `${PODS}/q?gracePeriodSeconds=0`);
    assert.equal((await asNode('GET', secret)).code, 403);
  });

  it('gives its Node no owner, taint, or label that steers workloads', async () => {
    const owner = { apiVersion: 'v1', kind: 'Namespace', name: 'team', uid: 'gone' };
    const refused = (why: string): { code: number; message: string } => ({
      code: 403,
      message: `nodes "n1" is forbidden: ${why}`,
    });
    for (const url of ['/api/v1/nodes/n1', '/api/v1/nodes/n1/status']) {
      assert.deepEqual(
        await asNode('PATCH', url, { metadata: { ownerReferences: [owner] } }),
        refused('node "n1" is not allowed to modify ownerReferences'),
      );
      assert.deepEqual(
        await asNode('PATCH', url, { spec: { taints: null } }),
        refused('node "n1" is not allowed to modify taints'),
      );
      assert.deepEqual(
        await asNode('PATCH', url, { metadata: { labels: { 'node-restriction.kubernetes.io/a': 'b' } } }),
        refused('is not allowed to modify labels: node-restriction.kubernetes.io/a'),
      );
    }
    assert.equal((await asNode('PATCH', '/api/v1/nodes/n2', { metadata: { labels: { a: 'b' } } })).code, 403);
    assert.equal((await asNode('PATCH', '/api/v1/nodes/n1', { metadata: { labels: { a: 'b' } } })).code, 200);
  });

  it('has tokens for audiences that a pod of its asks for, and no other', async () => {
    const own = await makePod('own', {
      nodeName: 'n1',
      volumes: [
        { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't', audience: 'vault' } }] } },
      ],
    });
    const tokenFor = (...audiences: string[]): Promise<{ code: number; message: string }> =>
      asNode('POST', '/api/v1/namespaces/team/serviceaccounts/default/token', {
        spec: {
          audiences,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'own', uid: own.metadata.uid },
        },
      });
    assert.equal((await tokenFor('vault')).code, 201);
    assert.equal((await tokenFor()).code, 201);
    assert.deepEqual(await tokenFor('bank'), {
      code: 403,
      message:
        'serviceaccounts "default" is forbidden: audience "bank" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience',
    });
    // As an administrator grants it.
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const role = { kind: 'ClusterRole', name: 'bank', apiGroup: 'rbac.authorization.k8s.io' };
    await make(`${rbac}/clusterroles`, {
      metadata: { name: 'bank' },
      rules: [{ verbs: ['request-serviceaccounts-token-audience'], apiGroups: [''], resources: ['bank'] }],
    });
    await make(`${rbac}/clusterrolebindings`, {
      metadata: { name: 'bank' },
      roleRef: role,
      subjects: [{ kind: 'Group', name: 'system:nodes', apiGroup: 'rbac.authorization.k8s.io' }],
    });
    assert.equal((await tokenFor('bank')).code, 201);
  });

  it('evicts its own pods, and uses up nobody’s budget for others', async () => {
    await makePod('own', { nodeName: 'n1' });
    await makePod('other', { nodeName: 'n2' });
    for (const name of ['own', 'other']) {
      const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
      await server.call('PATCH', `${PODS}/${name}/status`, { status }, { headers: MERGE });
    }
    const budgets = '/apis/policy/v1/namespaces/team/poddisruptionbudgets';
    await make(budgets, {
      metadata: { name: 'b' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    });
    const allowed = { disruptionsAllowed: 2, observedGeneration: 1 };
    await server.call('PATCH', `${budgets}/b/status`, { status: allowed }, { headers: MERGE });
    const left = async (): Promise<number | undefined> =>
      (await server.call<PodDisruptionBudget>('GET', `${budgets}/b`)).body.status?.disruptionsAllowed;

    assert.deepEqual(await asNode('POST', `${PODS}/other/eviction`, { metadata: { name: 'other' } }), {
      code: 403,
      message: 'pods "other" is forbidden: node n1 can only evict pods with spec.nodeName set to itself',
    });
    assert.equal(await left(), 2);
    assert.equal((await asNode('POST', `${PODS}/own/eviction`, {})).code, 201);
    assert.equal(await left(), 1);
    const { metadata } = (await server.call<Pod>('GET', `${PODS}/other`)).body;
    assert.equal(metadata.deletionTimestamp, undefined);
  });

  it('writes its pods’ status, and neither labels, nor specs, nor other subresources', async () => {
    await makePod('own', { nodeName: 'n1' });
    await makePod('other', { nodeName: 'n2' });
    const status = { status: { phase: 'Running' } };
    assert.equal((await asNode('PATCH', `${PODS}/own/status`, status)).code, 200);
    assert.equal((await asNode('PATCH', `${PODS}/other/status`, status)).code, 403);
    assert.equal(
      (await asNode('PATCH', `${PODS}/own/status`, { metadata: { labels: { a: 'b' } } })).code,
      403,
    );
    assert.equal((await asNode('PATCH', `${PODS}/own`, { metadata: { labels: { a: 'b' } } })).code, 403);
    assert.equal((await asNode('POST', `${PODS}/own/binding`, { target: { name: 'n1' } })).code, 403);
    assert.equal((await asNode('PATCH', `${PODS}/own/resize`, {})).code, 403);
    assert.equal((await asNode('PATCH', `${PODS}/own/ephemeralcontainers`, {})).code, 403);
    assert.equal((await asNode('DELETE', `${PODS}/other`)).code, 403);
    assert.equal((await asNode('DELETE', `${PODS}/own`)).code, 200);
  });

  it('is told what is missing of a body, not that the server failed', async () => {
    const codes = await Promise.all([
      asNode('POST', PODS, { metadata: { annotations: { [MIRROR]: 'x' } } }),
      asNode('POST', '/api/v1/nodes', {}),
      asNode('PUT', '/api/v1/nodes/n1/status', { metadata: { name: 'n1' } }),
      asNode('POST', `${PODS}/none/eviction`, {}),
      asNode('POST', '/api/v1/namespaces/team/serviceaccounts/default/token', {}),
    ]);
    for (const { code, message } of codes) assert.ok(code >= 400 && code < 500, `${code} ${message}`);
  });

  it('reads no volume, attachment or resource claim of other nodes where such are kept', () => {
    const may = (
      verb: string,
      group: string,
      resource: string,
      name: string,
      fieldSelector?: string,
    ): boolean =>
      access.authorizer.authorize(nodeUser('n1'), {
        isResourceRequest: true,
        path: '',
        verb,
        group,
        version: 'v1',
        namespace: resource === 'resourceclaims' ? 'team' : '',
        resource,
        subresource: '',
        name,
        fieldSelector,
      }).allowed;
    assert.ok(!may('get', '', 'persistentvolumes', 'v'));
    assert.ok(!may('get', 'storage.k8s.io', 'volumeattachments', 'a'));
    assert.ok(!may('get', 'resource.k8s.io', 'resourceclaims', 'c'));
    assert.ok(!may('update', 'storage.k8s.io', 'csinodes', 'n2'));
    assert.ok(may('update', 'storage.k8s.io', 'csinodes', 'n1'));
    assert.ok(!may('deletecollection', 'resource.k8s.io', 'resourceslices', ''));
    assert.ok(may('deletecollection', 'resource.k8s.io', 'resourceslices', '', 'spec.nodeName=n1'));
    assert.ok(!may('get', 'resource.k8s.io', 'resourceslices', 's'));
  });
});

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { systemRandom } from '../../src/base/random.ts';
import { configMaps, pods, secrets, serviceAccounts } from '../../src/api/resources.ts';
import { agentPathsAt } from '../../src/agent/paths.ts';
import { admissionPlugins } from '../../src/apiserver/admission/index.ts';
import { createAdmissionReader } from '../../src/apiserver/admission/reader.ts';
import {
  createServiceAllocators,
  type ServiceAllocators,
} from '../../src/apiserver/allocators/serviceAllocators.ts';
import {
  type AccessControl,
  bootstrapPolicyHook,
  createAccessControl,
  createServiceAccountTokens,
  type ServiceAccountTokens,
} from '../../src/apiserver/auth/index.ts';
import { nodeUser } from '../../src/apiserver/auth/users.ts';
import { objectsHook } from '../../src/apiserver/bootstrap/hooks.ts';
import { systemObjects } from '../../src/apiserver/bootstrap/systemObjects.ts';
import type { PostStartHook } from '../../src/apiserver/postStartHooks.ts';
import { inProcessClient } from '../../src/client/inProcess.ts';
import { type AgentWorld, isReady, startAgentWorld } from '../harness/agent.ts';
import { admin } from '../harness/apiServer.ts';

/** The agent as a node sees its API server: node authorizer, RBAC, admission, tokens. */
describe('agent with the rights of a node', () => {
  let world: AgentWorld;
  let access: AccessControl;
  let allocators: ServiceAllocators;
  let accounts: ServiceAccountTokens;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wheelhouse-agent-'));
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const parts = { clock: systemClock, random: systemRandom };
    const hooks: PostStartHook[] = [objectsHook('system-namespaces', admin, systemObjects())];
    world = await startAgentWorld({
      admission: (cache) => {
        const reader = createAdmissionReader(cache);
        access = createAccessControl(cache);
        accounts = createServiceAccountTokens({ issuer: 'https://test', keyPem, reader, ...parts });
        hooks.push(bootstrapPolicyHook(admin, reader));
        allocators = createServiceAllocators({ cache, serviceCidr: '10.96.0.0/16', ...parts });
        return admissionPlugins({ cache, reader, allocators, authorizer: access.authorizer, ...parts });
      },
      authorizer: {
        authorize: (user, attributes) => access.authorizer.authorize(user, attributes),
        rulesFor: (user, namespace) => access.authorizer.rulesFor(user, namespace),
      },
      requestToken: (account, draft) => accounts.request(account, draft),
      postStartHooks: hooks,
    });
    const named = (name: string) => ({ metadata: { name, namespace: 'default' } });
    await world.client.create(serviceAccounts, named('default'));
    await world.client.create(configMaps, { ...named('kube-root-ca.crt'), data: { 'ca.crt': 'CA' } });
    await world.client.create(secrets, {
      ...named('env'),
      data: { KEY: Buffer.from('hush').toString('base64') },
    });
  });
  after(async () => {
    await world.stop();
    allocators.dispose();
    access.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  it('registers, runs a pod with its Secrets and token, and takes it down', async () => {
    const paths = agentPathsAt(directory);
    const running = await world.startAgent({
      client: inProcessClient(world.server.handler, nodeUser('node-1')),
      clock: systemClock,
      paths,
    });
    await world.createPod('web', {
      containers: [{ name: 'app', image: 'app:1', envFrom: [{ secretRef: { name: 'env' } }] }],
      volumes: [{ name: 'files', secret: { secretName: 'env' } }],
    });
    const pod = await world.podUntil('web', isReady);
    const volumes = join(paths.volatile, pod.metadata.uid);
    assert.equal(await readFile(join(volumes, 'kubernetes.io~secret/files/KEY'), 'utf8'), 'hush');
    const name = pod.spec.volumes?.find(({ projected }) => projected !== undefined)?.name ?? '';
    const token = await readFile(join(volumes, 'kubernetes.io~projected', name, 'token'), 'utf8');
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      'kubernetes.io': { pod: { name: string } };
    };
    assert.equal(claims['kubernetes.io'].pod.name, 'web');
    assert.equal(await readFile(join(volumes, 'kubernetes.io~projected', name, 'ca.crt'), 'utf8'), 'CA');
    await world.client.delete(pods, { namespace: 'default', name: 'web' });
    await world.podGone('web');
    await assert.rejects(readFile(join(volumes, 'kubernetes.io~secret/files/KEY')));
    await running.stop();
  });
});

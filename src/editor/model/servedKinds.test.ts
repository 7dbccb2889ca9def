import assert from 'node:assert/strict';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { inProcessClient } from '../../client/inProcess.ts';
import type { Client } from '../../client/contract.ts';
import { ServedKinds } from './servedKinds.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A server that answers with these documents, and what it was asked. */
function documents(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const client = {
    raw(_method: string, path: string) {
      asked.push(path);
      const known = answers[path];
      return Promise.resolve({
        code: known === undefined ? 404 : 200,
        headers: {},
        body: (async function* () {})(),
        text: () => Promise.resolve(JSON.stringify(known ?? {})),
      });
    },
  } as unknown as Pick<Client, 'raw'>;
  return { client, asked };
}

describe('ServedKinds', () => {
  describe('of a server of this build', () => {
    let server: TestServer;
    before(async () => (server = await startTestServer()));
    after(() => server.stop());

    it('finds the kinds with their verbs, short names and subresources', async () => {
      const served = new ServedKinds(
        inProcessClient(server.handler, { name: 'admin', groups: ['system:masters'] }),
      );
      assert.deepEqual(served.known(), []);
      await served.read();
      const pods = served.find({ group: '', plural: 'pods' });
      assert.equal(pods?.resource.kind, 'Pod');
      assert.equal(pods.resource.namespaced, true);
      assert.ok(pods.verbs.includes('watch'));
      assert.ok(pods.subresources.includes('log'));
      assert.deepEqual(served.find({ group: 'apps', plural: 'deployments' })?.shortNames, ['deploy']);
      assert.equal(served.find({ group: '', plural: 'nodes' })?.resource.namespaced, false);
      served.dispose();
    });
  });

  it('reads the plain documents of older servers, without groups that are away', async () => {
    const { client } = documents({
      '/api': { kind: 'APIVersions', versions: ['v1'] },
      '/api/v1': {
        resources: [
          { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'], shortNames: ['po'] },
          { name: 'pods/log', kind: 'Pod', namespaced: true },
        ],
      },
      '/apis': {
        kind: 'APIGroupList',
        groups: [
          { preferredVersion: { groupVersion: 'apps/v1' } },
          { preferredVersion: { groupVersion: 'metrics.k8s.io/v1beta1' } },
        ],
      },
      '/apis/apps/v1': { resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }] },
    });
    const served = new ServedKinds(client);
    await served.read();
    assert.deepEqual(
      served.known().map(({ resource, subresources }) => [resource.group, resource.plural, subresources]),
      [
        ['', 'pods', ['log']],
        ['apps', 'deployments', []],
      ],
    );
    served.dispose();
  });

  it('asks once, tells when it knows, and asks again after a failure', async () => {
    const answers: Record<string, unknown> = {};
    const { client, asked } = documents(answers);
    const served = new ServedKinds(client);
    let told = 0;
    served.onDidChange(() => told++);
    served.known();
    served.known();
    await settled();
    assert.equal(asked.length, 2);
    assert.equal(told, 0);
    answers['/api'] = answers['/apis'] = { kind: 'APIGroupDiscoveryList', items: [] };
    served.known();
    await settled();
    assert.equal(told, 1);
    served.dispose();
  });
});

import assert from 'node:assert/strict';
import type { RawResponse } from '../../client/contract.ts';
import { Discovery } from './discovery.ts';

interface Served {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

function serving(groups: Record<string, readonly Served[]>): { discovery: Discovery; asked: string[] } {
  const asked: string[] = [];
  const raw = (_method: string, path: string): Promise<RawResponse> => {
    asked.push(path);
    const resources = groups[path];
    return Promise.resolve({
      code: resources === undefined ? 404 : 200,
      headers: {},
      body: (async function* () {})(),
      text: () => Promise.resolve(JSON.stringify({ resources: resources ?? [] })),
    });
  };
  return { discovery: new Discovery({ raw }), asked };
}

const deployments = { name: 'deployments', kind: 'Deployment', namespaced: true };

describe('Discovery', () => {
  it('finds a resource by kind, not a subresource of the kind, and asks once', async () => {
    const { discovery, asked } = serving({
      '/apis/apps/v1': [{ ...deployments, name: 'deployments/status' }, deployments],
      '/api/v1': [{ name: 'nodes', kind: 'Node', namespaced: false }],
    });
    const found = await discovery.resourceOf('apps/v1', 'Deployment');
    assert.deepEqual(
      [found.group, found.version, found.plural, found.namespaced],
      ['apps', 'v1', 'deployments', true],
    );
    await discovery.resourceOf('apps/v1', 'Deployment');
    assert.equal((await discovery.resourceOf('v1', 'Node')).namespaced, false);
    assert.deepEqual(asked, ['/apis/apps/v1', '/api/v1']);
  });

  it('says so where the version or the kind is not served', async () => {
    const { discovery } = serving({ '/apis/apps/v1': [deployments] });
    await assert.rejects(discovery.resourceOf('apps/v1', 'Nothing'), {
      message: 'no matches for kind "Nothing" in version "apps/v1"',
    });
    await assert.rejects(discovery.resourceOf('example.com/v1', 'Thing'), { name: 'StatusError' });
  });

  it('asks again for a kind that has come since', async () => {
    const groups: Record<string, readonly Served[]> = { '/apis/example.com/v1': [] };
    const { discovery } = serving(groups);
    await assert.rejects(discovery.resourceOf('example.com/v1', 'Thing'));
    groups['/apis/example.com/v1'] = [{ name: 'things', kind: 'Thing', namespaced: true }];
    assert.equal((await discovery.resourceOf('example.com/v1', 'Thing')).plural, 'things');
    groups['/apis/example.com/v1'] = [...groups['/apis/example.com/v1'], { ...deployments }];
    assert.equal((await discovery.resourceOf('example.com/v1', 'Deployment')).plural, 'deployments');
  });
});

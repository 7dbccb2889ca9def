import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Desk } from '../../../test/harness/desk.ts';
import type { ClusterProfile } from '../profile.ts';
import { readHostFiles } from '../machines/hostEnvironment.ts';
import { describeEnvironment } from './describeEnvironment.ts';
import type { ActionContext } from './action.ts';

describe('describeEnvironment', () => {
  let desk: Desk;
  beforeEach(async () => (desk = await Desk.make()));
  afterEach(() => desk.dispose());

  async function proxyFor(profile: Partial<ClusterProfile>, httpProxy: string): Promise<string | undefined> {
    const context = {
      profile: { clusterCIDR: '10.244.0.0/16', serviceCIDR: '10.96.0.0/16', ...profile },
      paths: desk.paths,
      progress: { report: () => undefined },
      environment: () => Promise.resolve({ httpProxy, httpsProxy: httpProxy, noProxy: [], certificates: [] }),
    } as unknown as ActionContext;
    await describeEnvironment.run(context);
    return (await readHostFiles(desk.paths))?.proxy;
  }

  it('a proxy on loopback is one that nodes can dial where NAT brings them there', async () => {
    const proxy = createServer().listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const throughNat = { nodeAddresses: ['10.0.2.2'], listenAddresses: [], nodeNetwork: '192.168.56.0/24' };
    const told = await proxyFor(throughNat, `http://localhost:${port}`);
    assert.match(told ?? '', new RegExp(`HTTP_PROXY='http://10\\.0\\.2\\.2:${port}'`));
    assert.match(told ?? '', /NO_PROXY='localhost,127\.0\.0\.1,10\.0\.2\.2,.*,192\.168\.56\.0\/24,/);
    // Where nodes dial an address of this desktop, the proxy must listen there.
    const direct = { nodeAddresses: ['127.0.0.2'], listenAddresses: ['127.0.0.2'] };
    assert.doesNotMatch((await proxyFor(direct, `http://localhost:${port}`)) ?? '', /HTTP_PROXY/);
    proxy.close();
    await once(proxy, 'close');
    assert.doesNotMatch((await proxyFor(throughNat, `http://localhost:${port}`)) ?? '', /HTTP_PROXY/);
  });
});

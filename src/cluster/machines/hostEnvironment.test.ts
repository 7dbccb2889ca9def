import assert from 'node:assert/strict';
import {
  hostFiles,
  machineFiles,
  networkAround,
  NO_HOST_ENVIRONMENT,
  type HostEnvironment,
} from './hostEnvironment.ts';

describe('hostFiles', () => {
  let warnings: string[];
  let asked: string[];
  let listens: boolean;

  beforeEach(() => {
    warnings = [];
    asked = [];
    listens = false;
  });

  const filesFor = (environment: Partial<HostEnvironment>) =>
    hostFiles(
      { ...NO_HOST_ENVIRONMENT, ...environment },
      {
        networks: ['10.244.0.0/16', '10.96.0.0/16', '192.168.56.0/21'],
        hostAddress: '192.168.56.1',
        answers: (address, port) => {
          asked.push(`${address}:${port}`);
          return Promise.resolve(listens);
        },
        warn: (message) => warnings.push(message),
      },
    );
  const proxyFile = async (environment: Partial<HostEnvironment>): Promise<string> =>
    (await filesFor(environment)).proxy ?? '';

  it('are none where the desktop reaches the world as it is', async () => {
    assert.deepEqual(await filesFor({}), {});
    assert.deepEqual(await filesFor({ noProxy: ['.corp'] }), {});
  });

  it('hold the proxies in both spellings, with what is never reached by them', async () => {
    const files = await filesFor({
      httpProxy: 'http://proxy.corp:3128',
      httpsProxy: 'http://user:p%40ss@proxy.corp:3129/',
      noProxy: ['.corp', '10.0.0.0/8', '127.0.0.1'],
    });
    const noProxy =
      '.corp,10.0.0.0/8,127.0.0.1,localhost,192.168.56.1,10.244.0.0/16,10.96.0.0/16,192.168.56.0/21,.svc,.cluster.local';
    assert.deepEqual(files, {
      proxy: [
        "HTTP_PROXY='http://proxy.corp:3128'",
        "http_proxy='http://proxy.corp:3128'",
        "HTTPS_PROXY='http://user:p%40ss@proxy.corp:3129'",
        "https_proxy='http://user:p%40ss@proxy.corp:3129'",
        `NO_PROXY='${noProxy}'`,
        `no_proxy='${noProxy}'`,
        '',
      ].join('\n'),
    });
    assert.deepEqual([warnings, asked], [[], []]);
  });

  it('hold nothing that ends their quotes', async () => {
    const text = await proxyFile({
      httpProxy: "http://us'er:'$(id)'@proxy.corp:1\n",
      noProxy: ["a'b", 'c d', 'e\nf', 'good.corp'],
    });
    assert.match(text, /^(\w+='[^'\n]*'\n)+$/);
    assert.match(text, /NO_PROXY='good\.corp,/);
  });

  it('lead to the desktop where its proxy listens for nodes as well', async () => {
    listens = true;
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      assert.match(
        await proxyFile({ httpProxy: `${host}:3128` }),
        /^HTTP_PROXY='http:\/\/192\.168\.56\.1:3128'$/m,
      );
    }
    assert.deepEqual(new Set(asked), new Set(['192.168.56.1:3128']));
    assert.deepEqual(warnings, []);
  });

  it('leave out a proxy that nodes cannot reach, and say so without its password', async () => {
    assert.equal(await proxyFile({ httpsProxy: 'http://me:secret@127.0.0.1:3128' }), '');
    assert.equal(await proxyFile({ httpsProxy: 'http://me:secret@' }), '');
    assert.equal(warnings.length, 2);
    assert.match(warnings[0] ?? '', /127\.0\.0\.1:3128 .* 192\.168\.56\.1/);
    assert.doesNotMatch(warnings.join(), /secret/);
  });

  it("hold the desktop's own authorities", async () => {
    assert.deepEqual(await filesFor({ certificates: ['-----A-----\n', '-----B-----'] }), {
      certificates: '-----A-----\n-----B-----\n',
    });
  });
});

describe('machineFiles', () => {
  it('are where the node reads them, the proxies for root alone', () => {
    assert.deepEqual(machineFiles({}), []);
    assert.deepEqual(machineFiles({ proxy: 'p', certificates: 'c' }), [
      { path: '/usr/local/share/ca-certificates/wheelhouse-host.crt', content: 'c', mode: 0o644 },
      { path: '/etc/wheelhouse/proxy.env', content: 'p', mode: 0o600 },
    ]);
  });
});

describe('networkAround', () => {
  it('is the /24', () => assert.equal(networkAround('172.18.0.1'), '172.18.0.0/24'));
});

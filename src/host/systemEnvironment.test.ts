import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createCa } from './certificates.ts';
import { readSystemEnvironment } from './systemEnvironment.ts';

describe('readSystemEnvironment', () => {
  it('takes the variables, the small ones first', () => {
    const { httpProxy, httpsProxy, noProxy } = readSystemEnvironment({
      HTTP_PROXY: 'http://large:1',
      http_proxy: 'http://small:1',
      HTTPS_PROXY: 'http://secure:1',
      https_proxy: '',
      no_proxy: 'a, .b,,10.0.0.0/8',
    });
    assert.deepEqual([httpProxy, httpsProxy], ['http://small:1', 'http://secure:1']);
    assert.deepEqual(noProxy, ['a', '.b', '10.0.0.0/8']);
  });

  it("lets a program's own settings go before them", () => {
    const env = { http_proxy: 'http://env:1', no_proxy: 'env' };
    const { httpProxy, httpsProxy, noProxy } = readSystemEnvironment(env, {
      proxy: 'http://chosen:1',
      noProxy: ['chosen'],
    });
    assert.deepEqual([httpProxy, httpsProxy, noProxy], ['http://chosen:1', 'http://chosen:1', ['chosen']]);
    const unset = readSystemEnvironment(env, { proxy: '', noProxy: [] });
    assert.deepEqual([unset.httpProxy, unset.noProxy], ['http://env:1', ['env']]);
    assert.equal('httpsProxy' in unset, false);
  });

  it('finds the authorities that the desktop trusts beyond the public ones, each once', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-env-'));
    const file = path.join(folder, 'extra.pem');
    const { cert } = await createCa('corporate', Date.now());
    await writeFile(file, `${cert}\n${cert}\n`);
    const script = `import { readSystemEnvironment } from ${JSON.stringify(path.join(import.meta.dirname, 'systemEnvironment.ts'))};
      const { certificates } = readSystemEnvironment({});
      const { X509Certificate } = await import('node:crypto');
      const names = certificates.map((pem) => new X509Certificate(pem).subject);
      console.log(JSON.stringify([names.filter((name) => name === 'CN=corporate').length, certificates.length]));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
    });
    await rm(folder, { recursive: true });
    const [own, all] = JSON.parse(stdout) as [number, number];
    assert.equal(own, 1);
    // Public authorities, which are far more than a hundred, are not among them.
    assert.ok(all < 20, `${all} certificates`);
  });
});

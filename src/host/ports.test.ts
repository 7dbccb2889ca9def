import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { freePort } from './ports.ts';

describe('freePort()', () => {
  it('gives a port that no outgoing connection is given', async () => {
    for (const number of [0, 0.5, 0.999_999]) {
      const port = await freePort(() => number);
      assert.ok(port >= 20_000 && port < 32_768, String(port));
    }
  });

  it('passes over ports that are taken', async () => {
    const numbers = [0.25, 0.25, 0.75];
    const taken = await freePort(() => 0.25);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
    try {
      assert.notEqual(await freePort(() => numbers.shift() ?? 0.75), taken);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

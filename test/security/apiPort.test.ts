import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTestServer, type TestServer } from '../harness/apiServer.ts';
import { type HttpsApi, serveHttps } from '../harness/httpsApi.ts';

const MIB = 1024 * 1024;
const CONNECTIONS = 100;

interface Outcome {
  readonly closed: number;
  readonly codes: readonly number[];
}

/** What somebody can do who reaches the port of the API server and has no credentials at all. */
describe('the port of the API server', function () {
  this.timeout(60_000);
  let server: TestServer;
  let api: HttpsApi;

  before(async () => {
    server = await startTestServer({
      authorizer: { authorize: () => ({ allowed: false, reason: '' }), rulesFor: () => [] },
    });
    api = await serveHttps(server.handler);
  });
  after(async () => {
    await api.close();
    await server.stop();
  });

  /** Runs an attack from another process; what it did, and how much memory this one took for it at most, in bytes. */
  const attack = async (kind: string, connections: number): Promise<Outcome & { readonly grown: number }> => {
    const taken = (): number => process.memoryUsage.rss();
    const before = taken();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, taken())), 20);
    const script = path.resolve(import.meta.dirname, '../harness/portAttacker.ts');
    const args = [script, kind, String(api.listener.port), String(connections)];
    try {
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
      return { ...(JSON.parse(stdout) as Outcome), grown: most - before };
    } finally {
      clearInterval(watch);
    }
  };

  it('takes no memory for large bodies of strangers, and tells them so', async () => {
    // Once without bodies: what the first connections cost is not what is looked for.
    await attack('heads', CONNECTIONS);
    const { codes, grown } = await attack('bodies', CONNECTIONS);
    assert.deepEqual(
      codes,
      Array.from({ length: CONNECTIONS }, () => 403),
    );
    // The bodies are 300 MB. Of each connection TLS and HTTP hold some 600 KB before they stop reading.
    assert.ok(grown < 130 * MIB, `${Math.round(grown / MIB)} MiB`);
  });

  for (const kind of ['ping', 'settings']) {
    it(`closes connections that flood it with ${kind} frames and read no answer`, async () => {
      const { closed, grown } = await attack(kind, 10);
      assert.equal(closed, 10);
      assert.ok(grown < 60 * MIB, `${Math.round(grown / MIB)} MiB`);
    });
  }
});

import assert from 'node:assert/strict';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { serveHttps, type HttpsApi } from '../../../test/harness/httpsApi.ts';
import { FakeClock, systemClock } from '../../base/clock.ts';
import { createLogger } from '../../base/logger.ts';
import { configMaps } from '../../api/resources.ts';
import { Kubeconfig } from '../../client/kubeconfig.ts';
import { connectContext, type ConnectOptions } from './connectContext.ts';

const never = new AbortController().signal;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const logger = createLogger(() => undefined);

describe('connectContext()', () => {
  let server: TestServer;
  let api: HttpsApi;
  /** The tokens that the server was shown. */
  let tokens: Set<string>;

  before(async () => {
    tokens = new Set();
    server = await startTestServer({
      authenticators: [
        {
          authenticate: ({ headers }) => {
            const token = headers['authorization']?.replace('Bearer ', '') ?? '';
            tokens.add(token);
            return Promise.resolve(
              token.startsWith('good') ? { name: token, groups: ['system:masters'] } : undefined,
            );
          },
        },
      ],
    });
    api = await serveHttps(server.handler);
  });
  after(async () => {
    await api.close();
    await server.stop();
  });

  const kubeconfig = (user: string, url = api.url): Kubeconfig =>
    new Kubeconfig([
      {
        path: '/k',
        text: `contexts: [{name: c, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "${url}", certificate-authority-data: ${base64(api.ca.cert)}}}]
users: [{name: u, user: ${user}}]
`,
      },
    ]);
  const options = (more: Partial<ConnectOptions> = {}): ConnectOptions => ({
    readFile: () => '',
    run: () => Promise.reject(new Error('nothing to run')),
    clock: systemClock,
    logger,
    ...more,
  });

  it('opens a session with a cluster that answers, and knows what it serves', async () => {
    const session = await connectContext('c', kubeconfig('{token: good}'), options(), never);
    assert.equal(session.cluster, 'c');
    assert.equal(session.own, false);
    assert.equal(session.served.find(configMaps)?.resource.kind, 'ConfigMap');
    session.dispose();
  });

  it('says so where the credentials are refused, and where nobody answers', async () => {
    await assert.rejects(
      connectContext('c', kubeconfig('{token: bad}'), options(), never),
      /does not accept the credentials/,
    );
    await assert.rejects(
      connectContext('c', kubeconfig('{token: good}', 'https://127.0.0.1:1'), options(), never),
      /cannot be reached: .*ECONNREFUSED/,
    );
  });

  it('asks the credential plugin, and asks it again before its token expires', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const run = (): Promise<string> => {
      asked++;
      const expirationTimestamp = new Date(clock.now() + 600_000).toISOString();
      return Promise.resolve(JSON.stringify({ status: { token: `good-${asked}`, expirationTimestamp } }));
    };
    const user = '{exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}}';
    const session = await connectContext('c', kubeconfig(user), options({ run, clock }), never);
    assert.equal(asked, 1);
    await clock.advance(541_000);
    assert.equal(asked, 2);
    await session.client.list(configMaps);
    assert.ok(tokens.has('good-1') && tokens.has('good-2'));
    session.dispose();
    await clock.advance(3_600_000);
    assert.equal(asked, 2);
  });
});

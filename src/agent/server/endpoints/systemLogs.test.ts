import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import type { Http2ServerResponse } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../base/logger.ts';
import { type AgentHttp, serveAgent } from '../../../../test/harness/agentHttp.ts';
import { sendError } from '../httpError.ts';
import { systemLogsRoute } from './systemLogs.ts';

describe('systemLogsRoute', () => {
  let directory: string;
  let http: AgentHttp;

  before(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'wheelhouse-syslogs-')));
    const root = join(directory, 'log');
    await mkdir(join(root, 'pods/a'), { recursive: true });
    await mkdir(join(directory, 'log-of-others'));
    await writeFile(join(root, 'node.log'), 'line 1\nline 2\n');
    await writeFile(join(root, 'empty'), '');
    await writeFile(join(root, 'pods/a/<b>.log'), 'inside\n');
    await writeFile(join(directory, 'secret'), 'secret\n');
    await writeFile(join(directory, 'log-of-others/x'), 'secret\n');
    await symlink('pods/a/<b>.log', join(root, 'link'));
    await symlink('../secret', join(root, 'out'));
    await symlink('../log-of-others', join(root, 'beside'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const route = systemLogsRoute(root);
    http = await serveAgent({
      handle(request, response: Http2ServerResponse) {
        const url = new URL(request.url, 'http://agent.invalid');
        const rest = url.pathname
          .split('/')
          .slice(2)
          .filter((part) => part !== '')
          .map(decodeURIComponent);
        Promise.resolve(route.serve({ url, rest, response })).catch((error: unknown) =>
          sendError(response, error, silentLogger),
        );
      },
      upgrade: () => undefined,
    });
    // Its connection is one for all tests.
    await http.get('/logs/');
  });
  after(async () => {
    await http.close();
    await rm(directory, { recursive: true });
  });

  it('lists directories and gives files', async () => {
    const { code, body } = await http.get('/logs/');
    assert.equal(code, 200);
    assert.match(body, /<a href="node\.log">node\.log<\/a>\n/);
    assert.match(body, /<a href="pods\/">pods\/<\/a>\n/);
    assert.match((await http.get('/logs/pods/a/')).body, /<a href="%3Cb%3E\.log">&#60;b&#62;\.log<\/a>/);
    assert.equal((await http.get('/logs/node.log')).body, 'line 1\nline 2\n');
    assert.deepEqual(await http.get('/logs/empty'), { code: 200, body: '' });
    assert.equal((await http.get('/logs/pods/a/%3Cb%3E.log')).body, 'inside\n');
  });

  it('sends directories to their slash, and files away from it', async () => {
    for (const path of ['/logs', '/logs/pods', '/logs/node.log/'])
      assert.equal((await http.get(path)).code, 301, path);
  });

  it('follows links that stay below the root, and no others', async () => {
    assert.equal((await http.get('/logs/link')).body, 'inside\n');
    for (const path of ['/logs/out', '/logs/beside/', '/logs/beside/x', '/logs/none', '/logs/pipe'])
      assert.equal((await http.get(path)).code, 404, path);
  });

  it('refuses paths that climb', async () => {
    for (const path of ['/logs/%2e%2e%2fsecret', '/logs/pods/..%2F..%2Fsecret', '/logs/a%00b'])
      assert.equal((await http.get(path)).code, 400, path);
  });
});

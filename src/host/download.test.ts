import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { download, WrongDigestError } from './download.ts';

const content = randomBytes(300_000);
const sha512 = createHash('sha512').update(content).digest('hex');

describe('download()', () => {
  let folder: string;
  let target: string;
  let server: Server;
  let url: string;
  let ranges: (string | undefined)[];
  /** Bytes after which the server breaks off. */
  let breakAt: number | undefined;
  let takesRanges: boolean;
  const { signal } = new AbortController();

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-download-'));
    target = path.join(folder, 'images/disk.qcow2');
    ranges = [];
    breakAt = undefined;
    takesRanges = true;
    server = createServer((request, response) => {
      const { range } = request.headers;
      ranges.push(range);
      const from = takesRanges && range !== undefined ? Number(/\d+/.exec(range)?.[0]) : 0;
      if (request.url === '/none') return void response.writeHead(404).end();
      if (from >= content.length) return void response.writeHead(416).end();
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': content.length - from,
        connection: 'close',
      });
      if (breakAt === undefined) return void response.end(content.subarray(from));
      response.write(content.subarray(from, breakAt));
      // Data that the other side has not read yet would be lost with the connection.
      const look = setInterval(() => {
        if (!existsSync(`${target}.part`) || statSync(`${target}.part`).size < (breakAt ?? 0)) return;
        clearInterval(look);
        response.destroy();
      }, 10);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  it('brings the file with its progress, and nothing again where it is there', async () => {
    const steps: number[] = [];
    await download(url, target, { sha512, signal, onProgress: (fraction) => steps.push(fraction) });
    assert.ok((await readFile(target)).equals(content));
    assert.equal(steps.at(-1), 1);
    await download(url, target, { sha512, signal });
    assert.equal(ranges.length, 1);
  });

  it('goes on where it was broken off', async () => {
    breakAt = 100_000;
    await assert.rejects(download(url, target, { sha512, signal }));
    breakAt = undefined;
    const steps: number[] = [];
    await download(url, target, { sha512, signal, onProgress: (fraction) => steps.push(fraction) });
    assert.match(ranges[1] ?? '', /^bytes=\d+-$/);
    assert.ok((steps[0] ?? 0) > 0.1);
    assert.ok((await readFile(target)).equals(content));
  });

  it('begins again where the server gives no parts, and takes what had come whole', async () => {
    await download(url, target, { sha512, signal });
    await rm(target);
    await writeFile(`${target}.part`, content.subarray(0, 5));
    takesRanges = false;
    await download(url, target, { sha512, signal });
    takesRanges = true;
    await rm(target);
    await writeFile(`${target}.part`, content);
    await download(url, target, { sha512, signal });
    assert.ok((await readFile(target)).equals(content));
  });

  it('keeps nothing that has another digest, and says what the server answers', async () => {
    await assert.rejects(download(url, target, { sha512: 'ab'.repeat(64), signal }), WrongDigestError);
    assert.deepEqual(await readdir(path.dirname(target)), []);
    await assert.rejects(download(`${url}/none`, target, { sha512, signal }), /answers 404 Not Found/);
  });
});

/** The node link against plain HTTPS between the same two processes: what the WebSocket and the reversed HTTP/2 cost. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { createNodeDialer } from '../../src/nodes/dialer.ts';
import { startNodeServer } from '../harness/nodeServer.ts';
import type { Benchmark } from './benchmark.ts';

const WARM_UP = 300;
const REQUESTS = 3_000;
const BULK = 512 * 1024 * 1024;

export const link: Benchmark = {
  name: 'link',
  run: async (report) => {
    const server = await startNodeServer();
    await server.tokens.issue('n1');
    const target = { server: server.url, ca: server.ca.cert, ...(await server.certify('n1')) };
    const peer = fork(path.join(import.meta.dirname, 'linkPeer.ts'));
    const linked = new Promise<void>((resolve) => void server.hub.onConnected(() => resolve()));
    const listening = once(peer, 'message') as Promise<[number]>;
    peer.send(target);
    const [port] = await listening;
    await linked;
    const dialer = createNodeDialer(server.hub);
    const { signal } = new AbortController();
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });

    const overLink = async (url: string, body?: AsyncIterable<Uint8Array>): Promise<number> => {
      const request = { method: body === undefined ? 'GET' : 'POST', path: url, signal };
      const answer = await dialer.request('n1', body === undefined ? request : { ...request, body });
      return drain(answer.body);
    };
    const plain = async (url: string): Promise<number> => {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        get({ host: '127.0.0.1', port, path: url, agent }, resolve).once('error', reject);
      });
      return drain(response);
    };

    try {
      const plainMs = await latency(() => plain('/'));
      report({
        what: 'request to a node, one at a time',
        value: await latency(() => overLink('/')),
        unit: 'ms',
        limit: { what: 'plain HTTPS, ms', value: plainMs },
      });
      const plainRate = await rate(() => plain(`/bulk/${BULK}`));
      const limit = { what: 'plain HTTPS', value: plainRate };
      report({
        what: 'bulk from a node',
        value: await rate(() => overLink(`/bulk/${BULK}`)),
        unit: 'MB/s',
        limit,
      });
      report({
        what: 'bulk to a node',
        value: await rate(() => overLink('/', chunks())),
        unit: 'MB/s',
        limit,
      });
    } finally {
      agent.destroy();
      const gone = once(peer, 'exit');
      peer.kill();
      await gone;
      await server.stop();
    }
  },
};

async function latency(request: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < WARM_UP; i++) await request();
  const start = performance.now();
  for (let i = 0; i < REQUESTS; i++) await request();
  return (performance.now() - start) / REQUESTS;
}

async function rate(transfer: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await transfer();
  return BULK / 1e3 / (performance.now() - start);
}

async function drain(body: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  return bytes;
}

async function* chunks(): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.alloc(64 * 1024, 3);
  for (let sent = 0; sent < BULK; sent += chunk.length) yield await Promise.resolve(chunk);
}

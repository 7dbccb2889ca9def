import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import { checkGrpc } from './grpcCheck.ts';

const never = new AbortController().signal;

/** Ended after each test, however that went. */
const servers = new Set<grpc.Server>();

/** A health service that answers a fixed status, by the service that is asked for. */
async function serve(statuses: Readonly<Record<string, number>>): Promise<{ port: number; close(): void }> {
  const server = new grpc.Server();
  servers.add(server);
  const method = {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: Buffer) => value,
    requestDeserialize: (value: Buffer) => value,
    responseSerialize: (value: Buffer) => value,
    responseDeserialize: (value: Buffer) => value,
  } as const;
  server.addService(
    { check: method },
    {
      check: (call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
        // Field 1 of both messages: a text of up to 127 bytes, a small number.
        const service = call.request.subarray(2).toString();
        const status = statuses[service];
        if (status === undefined) done({ code: grpc.status.NOT_FOUND, details: 'unknown service' });
        else done(null, Buffer.from([0x08, status]));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { port, close: () => server.forceShutdown() };
}

describe('checkGrpc', () => {
  const before = process.env['http_proxy'];
  afterEach(() => {
    for (const server of servers) server.forceShutdown();
    servers.clear();
    if (before === undefined) delete process.env['http_proxy'];
    else process.env['http_proxy'] = before;
  });

  it('succeeds with SERVING, fails with anything else, by service', async () => {
    const server = await serve({ '': 1, sick: 2 });
    assert.deepEqual(await checkGrpc('127.0.0.1', server.port, '', 5_000, never), {
      success: true,
      message: '',
    });
    assert.deepEqual(await checkGrpc('127.0.0.1', server.port, 'sick', 5_000, never), {
      success: false,
      message: 'service unhealthy (responded with "NOT_SERVING")',
    });
    assert.equal(
      (await checkGrpc('127.0.0.1', server.port, 'other', 5_000, never)).message,
      'rpc error: unknown service',
    );
  });

  it("does not go through the node's proxy", async () => {
    const server = await serve({ '': 1 });
    process.env['http_proxy'] = 'http://127.0.0.1:1';
    const { success } = await checkGrpc('127.0.0.1', server.port, '', 1_000, never);
    assert.equal(success, true);
  });

  it('fails where nobody listens', async () => {
    const server = await serve({});
    server.close();
    const { success, message } = await checkGrpc('127.0.0.1', server.port, '', 1_000, never);
    assert.equal(success, false);
    assert.match(
      message,
      new RegExp(`^timeout: failed to connect service "127\\.0\\.0\\.1:${server.port}" within 1s`),
    );
  });
});

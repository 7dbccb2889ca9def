import grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { goDuration } from '../hooks/goDuration.ts';
import { bracketed } from './httpCheck.ts';
import type { ProbeOutcome } from './outcome.ts';

/** grpc.health.v1, as far as a check needs it. */
const { root } = protobuf.parse(
  'syntax = "proto3"; message Request { string service = 1; } message Response { int32 status = 1; }',
);
const STATUS = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/** Succeeds when the health service answers SERVING (kubernetes `pkg/probe/grpc`). */
export function checkGrpc(
  host: string,
  port: number,
  service: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const [request, response] = [root.lookupType('Request'), root.lookupType('Response')];
  const address = `${bracketed(host)}:${port}`;
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), {
    'grpc.primary_user_agent': 'kube-probe/1.36',
    // The node may reach the world through a proxy, its pods never.
    'grpc.enable_http_proxy': 0,
  });
  return new Promise((resolve) => {
    const call = client.makeUnaryRequest<object, number>(
      '/grpc.health.v1.Health/Check',
      (value) => Buffer.from(request.encode(value).finish()),
      (bytes) => (response.decode(bytes).toJSON() as { status?: number }).status ?? 0,
      { service },
      new grpc.Metadata(),
      { deadline: Date.now() + timeoutMs },
      (error, status) => {
        signal.removeEventListener('abort', cancel);
        client.close();
        resolve(outcome(error, status));
      },
    );
    const cancel = (): void => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });

  function outcome(error: grpc.ServiceError | null, status: number | undefined): ProbeOutcome {
    if (error === null) {
      const name = STATUS[status ?? 0] ?? 'UNKNOWN';
      return name === 'SERVING'
        ? { success: true, message: '' }
        : { success: false, message: `service unhealthy (responded with "${name}")` };
    }
    switch (error.code) {
      case grpc.status.UNIMPLEMENTED:
        return {
          success: false,
          message: `this server does not implement the grpc health protocol (grpc.health.v1.Health): ${error.details}`,
        };
      case grpc.status.DEADLINE_EXCEEDED:
      case grpc.status.UNAVAILABLE:
        return {
          success: false,
          message: `timeout: failed to connect service "${address}" within ${goDuration(timeoutMs)}: ${error.details}`,
        };
      default:
        return { success: false, message: `rpc error: ${error.details}` };
    }
  }
}

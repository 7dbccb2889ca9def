import { connect } from 'node:net';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { pipeline } from 'node:stream';

const BAD_GATEWAY = 502;

/**
 * Serves `CONNECT host:port`: a TCP connection from this node, half-open as TCP is. A connection that cannot be made
 * is answered by 502 with a text as Go's dialler writes it, which upstream's messages quote.
 */
export function tunnelTcp(request: Http2ServerRequest, response: Http2ServerResponse): void {
  const { stream } = request;
  const target = parseAuthority(request.authority);
  if (target === undefined) {
    refuse(response, `dial tcp: address ${request.authority}: missing port in address`);
    return;
  }
  const socket = connect({ ...target, allowHalfOpen: true, noDelay: true });
  const onEarlyError = (error: NodeJS.ErrnoException): void =>
    refuse(response, `dial tcp ${request.authority}: ${explain(error)}`);
  socket.once('error', onEarlyError);
  socket.once('connect', () => {
    socket.off('error', onEarlyError);
    response.writeHead(200);
    // Whichever side breaks off, the pipelines end the other.
    pipeline(stream, socket, () => undefined);
    pipeline(socket, stream, () => undefined);
  });
  stream.once('close', () => socket.destroy());
}

function refuse(response: Http2ServerResponse, reason: string): void {
  if (response.stream.destroyed) return;
  response.writeHead(BAD_GATEWAY, { 'content-type': 'text/plain' });
  response.end(reason);
}

function parseAuthority(authority: string): { host: string; port: number } | undefined {
  const match = /^(?:\[(?<six>[^\]]+)\]|(?<host>[^:]+)):(?<port>\d{1,5})$/.exec(authority);
  const host = match?.groups?.['six'] ?? match?.groups?.['host'];
  return host === undefined ? undefined : { host, port: Number(match?.groups?.['port']) };
}

function explain(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connect: connection refused';
    case 'EHOSTUNREACH':
      return 'connect: no route to host';
    case 'ETIMEDOUT':
      return 'connect: connection timed out';
    case 'ENOTFOUND':
      return 'no such host';
    default:
      return error.message;
  }
}

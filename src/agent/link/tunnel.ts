import { connect } from 'node:net';
import { familyOf } from '../../api/ip/address.ts';
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';

const BAD_GATEWAY = 502;
const CONNECT_ERROR = constants.NGHTTP2_CONNECT_ERROR;

/**
 * Serves `CONNECT ADDRESS:PORT`: a TCP connection from this node, half-open as TCP is. Names are not looked up: they
 * come from objects of the API, and what they lead to was not checked. A connection that cannot be made is answered by
 * 502 with a text as Go's dialler writes it, which upstream's messages quote.
 */
export function tunnelTcp(request: Http2ServerRequest, response: Http2ServerResponse): void {
  const { stream } = request;
  const target = parseAuthority(request.authority);
  if (target === undefined) {
    refuse(response, `dial tcp: address ${request.authority}: missing port in address`);
    return;
  }
  if (familyOf(target.host) === undefined) {
    refuse(response, `dial tcp: lookup ${target.host}: no such host`);
    return;
  }
  const socket = connect({ ...target, allowHalfOpen: true, noDelay: true });
  const onEarlyError = (error: NodeJS.ErrnoException): void =>
    refuse(response, `dial tcp ${request.authority}: ${explain(error)}`);
  socket.once('error', onEarlyError);
  socket.once('connect', () => {
    socket.off('error', onEarlyError);
    response.writeHead(200);
    socket.on('error', () => stream.close(CONNECT_ERROR));
    stream.pipe(socket).pipe(stream);
  });
  // Data that were written before the end are still sent.
  stream.once('close', () => (stream.rstCode === 0 ? socket.destroySoon() : socket.destroy()));
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
    default:
      return error.message;
  }
}

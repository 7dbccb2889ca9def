import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

const NODES_GROUP = 'system:nodes';
const NODE_USER = 'system:node:';

/**
 * The node that a connection's client certificate names (CN `system:node:NAME`, O `system:nodes`, as upstream's node
 * authorizer has it), where the listener could verify it against the cluster's CA. Undefined for anybody else.
 */
export function peerNode(socket: Duplex): string | undefined {
  if (!isVerified(socket)) return undefined;
  const { subject } = socket.getPeerCertificate();
  const groups = [subject.O].flat();
  const [user = ''] = [subject.CN].flat();
  if (!groups.includes(NODES_GROUP) || !user.startsWith(NODE_USER)) return undefined;
  const name = user.slice(NODE_USER.length);
  return name === '' ? undefined : name;
}

/** The token of `Authorization: Bearer TOKEN`. */
export function bearerToken(headers: IncomingMessage['headers']): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

function isVerified(socket: Duplex): socket is TLSSocket {
  return 'authorized' in socket && socket.authorized === true;
}

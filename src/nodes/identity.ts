import type { IncomingHttpHeaders } from 'node:http';
import type { TlsPeer } from '../host/httpsListener.ts';

const NODES_GROUP = 'system:nodes';
const NODE_USER = 'system:node:';

/**
 * The node that a verified client certificate names: CN `system:node:NAME`, O `system:nodes`, as upstream's node
 * authorizer has it. Undefined for anybody else.
 */
export function peerNode({ certificate }: Pick<TlsPeer, 'certificate'>): string | undefined {
  if (certificate?.organizations.includes(NODES_GROUP) !== true) return undefined;
  const { commonName } = certificate;
  const name = commonName.startsWith(NODE_USER) ? commonName.slice(NODE_USER.length) : '';
  return name === '' ? undefined : name;
}

/** The token of `Authorization: Bearer TOKEN`. */
export function bearerToken(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

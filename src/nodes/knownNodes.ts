import { unauthorized } from '../api/status.ts';
import type { TlsPeer } from '../host/httpsListener.ts';
import { peerNode } from './identity.ts';

interface CertificateAuthenticator<Request, User> {
  authenticate(request: Request): Promise<User | undefined> | User | undefined;
}

/**
 * An authenticator by client certificates that refuses those of nodes which are no part of the cluster any more: a
 * certificate outlives the node that it was given to. Rejects with Unauthorized for them.
 */
export function knownNodes<Request extends { readonly certificate?: TlsPeer['certificate'] }, User>(
  certificates: CertificateAuthenticator<Request, User>,
  knows: (node: string) => Promise<boolean>,
): CertificateAuthenticator<Request, User> {
  return {
    authenticate(request) {
      const node = peerNode({ certificate: request.certificate });
      return node === undefined ? certificates.authenticate(request) : authenticateNode(node, request);
    },
  };

  async function authenticateNode(node: string, request: Request): Promise<User | undefined> {
    if (!(await knows(node))) throw unauthorized();
    return certificates.authenticate(request);
  }
}

import type { Authenticator } from '../contract.ts';

/**
 * The subject of a client certificate that the listener has verified against the cluster's CA: the common name is the
 * user, the organizations are groups (apiserver `pkg/authentication/request/x509`).
 */
export function clientCertificates(): Authenticator {
  return {
    authenticate({ certificate }) {
      const known = certificate !== undefined && certificate.commonName !== '';
      return known ? { name: certificate.commonName, groups: certificate.organizations } : undefined;
    },
  };
}

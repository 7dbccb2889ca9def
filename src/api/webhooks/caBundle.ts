import { X509Certificate } from 'node:crypto';

/** The Base64 of a certificate without headers. No certificate holds a `-`, so that a search is linear. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;

/**
 * The reason why no webhook can be trusted by a bundle; undefined where one can, or the bundle is empty (apiserver
 * `pkg/util/webhook/validation.go` ValidateCABundle, client-go `transport.go` rootCertPool). One good certificate is
 * enough.
 * @param bundle PEM in Base64
 */
export function caBundleProblem(bundle = ''): string | undefined {
  if (bundle === '') return undefined;
  const text = Buffer.from(bundle, 'base64').toString('latin1');
  const certificates = [...text.matchAll(CERTIFICATE)].map(([, body = '']) => Buffer.from(body, 'base64'));
  if (certificates.some(isCertificate)) return undefined;
  const found = 'unable to load root certificates: ';
  if (certificates.length > 0) return `${found}failed to parse certificate: x509: malformed certificate`;
  return text.includes('-----BEGIN ')
    ? `${found}no valid certificate authority data seen`
    : `${found}unable to parse bytes as PEM block`;
}

function isCertificate(der: Buffer): boolean {
  try {
    new X509Certificate(der);
    return true;
  } catch {
    return false;
  }
}

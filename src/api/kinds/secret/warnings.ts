import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Secret } from '../../types.ts';

/** core/secret strategy `warningsForSecret`: a certificate and a key that are no pair, in the words of Go's tls. */
export function secretWarnings({ type, data }: Secret): string[] {
  if (type !== 'kubernetes.io/tls') return [];
  const problem = pairProblem(textOf(data?.['tls.crt']), textOf(data?.['tls.key']));
  return problem === undefined ? [] : [problem];
}

function textOf(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

function pairProblem(certificate: string, key: string): string | undefined {
  const first = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(certificate)?.[0];
  if (first === undefined) return 'tls: failed to find any PEM data in certificate input';
  const own = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----[^]*?-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----/.exec(
    key,
  )?.[0];
  if (own === undefined) return 'tls: failed to find any PEM data in key input';
  let parsed;
  try {
    parsed = new X509Certificate(first);
  } catch {
    return 'x509: malformed certificate';
  }
  try {
    return parsed.checkPrivateKey(createPrivateKey(own))
      ? undefined
      : 'tls: private key does not match public key';
  } catch {
    return 'tls: failed to parse private key';
  }
}

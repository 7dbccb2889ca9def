import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import path from 'node:path';
import { createCa, issueCertificate, type CertifiedKey } from '../host/certificates.ts';
import { readText, writeWhole } from '../host/files.ts';

/** A cluster's certificates and keys, all PEM. */
export interface Pki {
  readonly ca: CertifiedKey;
  readonly server: CertifiedKey;
  /** `kubernetes-admin` in `system:masters`: what the kubeconfig carries. */
  readonly admin: CertifiedKey;
  /** Signs service-account tokens (ES256, PKCS#8). */
  readonly serviceAccountKey: string;
}

const RENEW_BEFORE_MS = 30 * 86_400_000;

/**
 * Reads a cluster's certificates, makes those that are missing, and renews those that end within 30 days or (the
 * server's) lack one of `names` or `addresses`. Keys are files of mode 0600.
 */
export async function ensurePki(
  folder: string,
  server: { readonly dnsNames: readonly string[]; readonly ipAddresses: readonly string[] },
  now: number,
): Promise<Pki> {
  const ca =
    (await readPair(folder, 'ca')) ?? (await keep(folder, 'ca', await createCa('wheelhouse-ca', now)));
  const ensure = async (
    name: string,
    good: (certificate: X509Certificate) => boolean,
    make: () => Promise<CertifiedKey>,
  ): Promise<CertifiedKey> => {
    const pair = await readPair(folder, name);
    if (pair !== undefined) {
      const certificate = new X509Certificate(pair.cert);
      if (Date.parse(certificate.validTo) > now + RENEW_BEFORE_MS && good(certificate)) return pair;
    }
    return keep(folder, name, await make());
  };
  return {
    ca,
    server: await ensure(
      'apiserver',
      (certificate) =>
        server.dnsNames.every((name) => certificate.checkHost(name) !== undefined) &&
        server.ipAddresses.every((address) => certificate.checkIP(address) !== undefined),
      () => issueCertificate(ca, { commonName: 'kube-apiserver', ...server, usage: 'server' }, now),
    ),
    admin: await ensure(
      'admin',
      () => true,
      () =>
        issueCertificate(
          ca,
          { commonName: 'kubernetes-admin', organizations: ['system:masters'], usage: 'client' },
          now,
        ),
    ),
    serviceAccountKey: await ensureServiceAccountKey(folder),
  };
}

async function ensureServiceAccountKey(folder: string): Promise<string> {
  const file = path.join(folder, 'sa.key');
  const existing = await readText(file);
  if (existing !== undefined) return existing;
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeWhole(file, privateKey, 0o600);
  return privateKey;
}

async function readPair(folder: string, name: string): Promise<CertifiedKey | undefined> {
  const [cert, key] = await Promise.all([
    readText(path.join(folder, `${name}.crt`)),
    readText(path.join(folder, `${name}.key`)),
  ]);
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

/** The key first: a certificate on disk means that its key is there. */
async function keep(folder: string, name: string, pair: CertifiedKey): Promise<CertifiedKey> {
  await writeWhole(path.join(folder, `${name}.key`), pair.key, 0o600);
  await writeWhole(path.join(folder, `${name}.crt`), pair.cert);
  return pair;
}

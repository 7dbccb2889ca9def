import type { webcrypto } from 'node:crypto';
import type * as x509 from '@peculiar/x509';
import { createKey, spkiOf } from './keys.ts';

type CryptoKey = webcrypto.CryptoKey;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

/** A certificate with its private key, both PEM. */
export interface CertifiedKey {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly usage: 'client' | 'server' | 'both';
  /** Default 365. */
  readonly days?: number;
}

const DAY_MS = 86_400_000;
/** Certificates begin an hour ago: a guest whose clock lags behind after sleep must not refuse them. */
const BACKDATE_MS = 3_600_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A new certificate authority, valid for ten years. `now` in ms since the epoch. */
export async function createCa(commonName: string, now: number): Promise<CertifiedKey> {
  const lib = await load();
  const keys = await generateKeys();
  const certificate = await lib.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + 3650 * DAY_MS),
    extensions: [
      new lib.BasicConstraintsExtension(true, undefined, true),
      new lib.KeyUsagesExtension(
        lib.KeyUsageFlags.keyCertSign | lib.KeyUsageFlags.cRLSign | lib.KeyUsageFlags.digitalSignature,
        true,
      ),
      await lib.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

/** A key and its certificate, signed by the authority. */
export async function issueCertificate(
  ca: CertifiedKey,
  request: CertificateRequest,
  now: number,
): Promise<CertifiedKey> {
  const { key, publicKey } = await createKey();
  return { cert: await certifyKey(ca, publicKey, request, now), key };
}

/**
 * A certificate for a public key (SPKI, PEM) that somebody else has the private one of: he proves that whenever he shows
 * the certificate. Rejects where it cannot be read.
 */
export async function certifyKey(
  ca: CertifiedKey,
  publicKey: string,
  request: CertificateRequest,
  now: number,
): Promise<string> {
  const key = await crypto.subtle.importKey('spki', spkiOf(publicKey), ALGORITHM, true, ['verify']);
  return sign(ca, key, request, now);
}

async function sign(
  ca: CertifiedKey,
  publicKey: CryptoKey,
  request: CertificateRequest,
  now: number,
): Promise<string> {
  const lib = await load();
  const issuer = new lib.X509Certificate(ca.cert);
  const signingKey = await importKey(ca.key);
  const usages = {
    client: [lib.ExtendedKeyUsage.clientAuth],
    server: [lib.ExtendedKeyUsage.serverAuth],
    both: [lib.ExtendedKeyUsage.serverAuth, lib.ExtendedKeyUsage.clientAuth],
  }[request.usage];
  const names: x509.JsonGeneralName[] = [
    ...(request.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await lib.X509CertificateGenerator.create({
    subject: subject(request.commonName, request.organizations ?? []),
    issuer: issuer.subjectName.toJSON(),
    publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + (request.days ?? 365) * DAY_MS),
    extensions: [
      new lib.BasicConstraintsExtension(false, undefined, true),
      new lib.KeyUsagesExtension(lib.KeyUsageFlags.digitalSignature, true),
      new lib.ExtendedKeyUsageExtension(usages),
      await lib.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(names.length === 0 ? [] : [new lib.SubjectAlternativeNameExtension(names)]),
    ],
  });
  return certificate.toString('pem');
}

function subject(commonName: string, organizations: readonly string[]): x509.JsonName {
  return [...organizations.map((o) => ({ O: [o] })), { CN: [commonName] }];
}

function generateKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function exportKey(key: CryptoKey): Promise<string> {
  const lib = await load();
  return lib.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), lib.PemConverter.PrivateKeyTag);
}

async function importKey(pem: string): Promise<CryptoKey> {
  const lib = await load();
  return crypto.subtle.importKey('pkcs8', lib.PemConverter.decodeFirst(pem), ALGORITHM, true, ['sign']);
}

/** Loaded at the first use only: a control plane that resumes has its certificates on disk. */
async function load(): Promise<typeof x509> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

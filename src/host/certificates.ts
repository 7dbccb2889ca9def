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

/** What a certificate is made of for somebody who asked for it in a request of its own (PKCS#10), in DER. */
export interface RequestedCertificate {
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** GeneralNames. */
  readonly alternativeNames: Uint8Array | undefined;
}

/** Usages in Kubernetes' words; milliseconds since the epoch. */
export interface RequestedTerms {
  readonly usages: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A certificate for a request, PEM. It ends with the authority's own at the latest. */
export async function certifyRequest(
  ca: CertifiedKey,
  request: RequestedCertificate,
  terms: RequestedTerms,
): Promise<string> {
  const lib = await load();
  const issuer = new lib.X509Certificate(ca.cert);
  const { keyUsages, extendedUsages } = usagesOf(lib, terms.usages);
  const names = request.alternativeNames;
  const certificate = await lib.X509CertificateGenerator.create({
    subject: new lib.Name(bufferOf(request.subject)),
    issuer: issuer.subjectName.toJSON(),
    publicKey: new lib.PublicKey(bufferOf(request.publicKey)),
    signingKey: await importKey(ca.key),
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(terms.notBefore),
    notAfter: new Date(Math.min(terms.notAfter, issuer.notAfter.getTime())),
    extensions: [
      new lib.BasicConstraintsExtension(false, undefined, true),
      ...(keyUsages === 0 ? [] : [new lib.KeyUsagesExtension(keyUsages, true)]),
      ...(extendedUsages.length === 0 ? [] : [new lib.ExtendedKeyUsageExtension(extendedUsages)]),
      await lib.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(names === undefined ? [] : [new lib.Extension(ALTERNATIVE_NAMES, false, bufferOf(names))]),
    ],
  });
  return certificate.toString('pem');
}

const ALTERNATIVE_NAMES = '2.5.29.17';

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** certificates/v1 KeyUsage, by what X.509 has for each. */
function usagesOf(
  lib: typeof x509,
  usages: readonly string[],
): { readonly keyUsages: x509.KeyUsageFlags | 0; readonly extendedUsages: readonly string[] } {
  const flags = lib.KeyUsageFlags;
  const keys: Readonly<Record<string, x509.KeyUsageFlags>> = {
    signing: flags.digitalSignature,
    'digital signature': flags.digitalSignature,
    'content commitment': flags.nonRepudiation,
    'key encipherment': flags.keyEncipherment,
    'key agreement': flags.keyAgreement,
    'data encipherment': flags.dataEncipherment,
    'cert sign': flags.keyCertSign,
    'crl sign': flags.cRLSign,
    'encipher only': flags.encipherOnly,
    'decipher only': flags.decipherOnly,
  };
  const extended: Readonly<Record<string, string>> = {
    any: '2.5.29.37.0',
    'server auth': lib.ExtendedKeyUsage.serverAuth,
    'client auth': lib.ExtendedKeyUsage.clientAuth,
    'code signing': lib.ExtendedKeyUsage.codeSigning,
    'email protection': lib.ExtendedKeyUsage.emailProtection,
    's/mime': lib.ExtendedKeyUsage.emailProtection,
    'ipsec end system': '1.3.6.1.5.5.7.3.5',
    'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
    'ipsec user': '1.3.6.1.5.5.7.3.7',
    timestamping: lib.ExtendedKeyUsage.timeStamping,
    'ocsp signing': lib.ExtendedKeyUsage.ocspSigning,
    'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
    'netscape sgc': '2.16.840.1.113730.4.1',
  };
  return {
    keyUsages: usages.reduce<x509.KeyUsageFlags | 0>((sum, usage) => sum | (keys[usage] ?? 0), 0),
    extendedUsages: [...new Set(usages.flatMap((usage) => extended[usage] ?? []))],
  };
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

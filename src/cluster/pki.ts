import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import path from 'node:path';
import { createCa, issueCertificate, type CertifiedKey } from '../host/certificates.ts';
import { readText, writeWhole } from '../host/files.ts';
import { ClusterError } from './errors.ts';

/** A cluster's certificates and keys, all PEM. */
export interface Pki {
  readonly ca: CertifiedKey;
  readonly server: CertifiedKey;
  /** `kubernetes-admin` in `system:masters`: what the kubeconfig carries. */
  readonly admin: CertifiedKey;
  /** By which this API server is known to those that serve a part of the API: its authority, and its certificate. */
  readonly frontProxy: { readonly ca: string; readonly client: CertifiedKey };
  /** Signs service-account tokens (ES256, PKCS#8). */
  readonly serviceAccountKey: string;
}

const RENEW_BEFORE_MS = 30 * 86_400_000;

/** What the authority signs with, and what is made together with it. */
type Authority = Pick<Pki, 'ca' | 'serviceAccountKey'>;

/** The common name that servers behind this one take for its own. */
export const FRONT_PROXY = 'front-proxy-client';

export interface PkiOptions {
  readonly folder: string;
  /** Under which names the API server is reached. */
  readonly server: { readonly dnsNames: readonly string[]; readonly ipAddresses: readonly string[] };
  /** Nothing of the cluster is there yet: nobody trusts an authority that might be missing. */
  readonly isNew: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Reads a cluster's certificates and keys, and makes them all for a new one. Certificates that the authority has issued
 * are renewed where they are missing or damaged, end within 30 days or (the server's) lack a name or an address. Rejects
 * with a ClusterError where one of the keys that others trust is missing or damaged: a new one would cut off every node,
 * kubeconfig and token that there is. Keys are files of mode 0600.
 */
export async function ensurePki({ folder, server, isNew, now }: PkiOptions): Promise<Pki> {
  const authority = (await readAuthority(folder, isNew)) ?? (await makeAuthority(folder, now));
  const { ca } = authority;
  const ensure = async (
    name: string,
    isGood: (certificate: X509Certificate) => boolean,
    make: () => Promise<CertifiedKey>,
  ): Promise<CertifiedKey> => {
    const pair = await readIssued(folder, name, ca, now);
    if (pair !== undefined && isGood(new X509Certificate(pair.cert))) return pair;
    return keep(folder, name, await make());
  };
  const [apiserver, admin] = await Promise.all([
    ensure(
      'apiserver',
      (certificate) =>
        server.dnsNames.every((name) => certificate.checkHost(name) !== undefined) &&
        server.ipAddresses.every((address) => certificate.checkIP(address) !== undefined),
      () => issueCertificate(ca, { commonName: 'kube-apiserver', ...server, usage: 'server' }, now),
    ),
    ensure(
      'admin',
      () => true,
      () =>
        issueCertificate(
          ca,
          { commonName: 'kubernetes-admin', organizations: ['system:masters'], usage: 'client' },
          now,
        ),
    ),
  ]);
  return { ...authority, server: apiserver, admin, frontProxy: await ensureFrontProxy(folder, now) };
}

/**
 * An authority of its own, as kubeadm has it: who trusts it believes what its certificates say of others. All who do read
 * it from the API, so a new one may take its place.
 */
async function ensureFrontProxy(folder: string, now: number): Promise<Pki['frontProxy']> {
  const [cert, key] = await Promise.all(
    ['crt', 'key'].map((suffix) => readText(path.join(folder, `front-proxy-ca.${suffix}`))),
  );
  let ca = cert === undefined || key === undefined || !isPair({ cert, key }) ? undefined : { cert, key };
  ca ??= await keep(folder, 'front-proxy-ca', await createCa('front-proxy-ca', now));
  const client =
    (await readIssued(folder, FRONT_PROXY, ca, now)) ??
    (await keep(
      folder,
      FRONT_PROXY,
      await issueCertificate(ca, { commonName: FRONT_PROXY, usage: 'client' }, now),
    ));
  return { ca: ca.cert, client };
}

function isPair({ cert, key }: CertifiedKey): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** Undefined where it was never made, or its making was broken off: its certificate is written last of its files. */
async function readAuthority(folder: string, isNew: boolean): Promise<Authority | undefined> {
  const file = (name: string): string => path.join(folder, name);
  const read = (name: string): Promise<string | undefined> => readText(file(name));
  const [cert, admin, server] = await Promise.all(['ca.crt', 'admin.crt', 'apiserver.crt'].map(read));
  if (isNew && cert === undefined && admin === undefined && server === undefined) return undefined;
  const [key, serviceAccountKey] = await Promise.all(['ca.key', 'sa.key'].map(read));
  const certificate = parsed(file('ca.crt'), cert, (text) => new X509Certificate(text));
  const privateKey = parsed(file('ca.key'), key, createPrivateKey);
  parsed(file('sa.key'), serviceAccountKey, createPrivateKey);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw lost(`${file('ca.key')} is not the key of ${file('ca.crt')}`);
  }
  return { ca: { cert: cert ?? '', key: key ?? '' }, serviceAccountKey: serviceAccountKey ?? '' };
}

async function makeAuthority(folder: string, now: number): Promise<Authority> {
  const ca = await createCa('wheelhouse-ca', now);
  const { privateKey: serviceAccountKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeWhole(path.join(folder, 'sa.key'), serviceAccountKey, 0o600);
  await keep(folder, 'ca', ca);
  return { ca, serviceAccountKey };
}

function parsed<T>(file: string, text: string | undefined, parse: (text: string) => T): T {
  if (text === undefined) throw lost(`${file} is missing`);
  if (text.trim() === '') throw lost(`${file} is empty`);
  try {
    return parse(text);
  } catch (error) {
    throw lost(`${file} is damaged`, error);
  }
}

function lost(what: string, cause?: unknown): ClusterError {
  return new ClusterError(
    `the cluster's keys cannot be used: ${what}`,
    'Put it back from a backup. Nodes, kubeconfigs and tokens trust these keys alone, so no new ones are made. ' +
      'Without a backup the cluster is lost: save its objects (wheelhouse export NAME FILE), delete it and create it again.',
    cause,
  );
}

/** A certificate of this authority's with its key; undefined where there is none that can be used for some time to come. */
async function readIssued(
  folder: string,
  name: string,
  ca: CertifiedKey,
  now: number,
): Promise<CertifiedKey | undefined> {
  const [cert, key] = await Promise.all([
    readText(path.join(folder, `${name}.crt`)),
    readText(path.join(folder, `${name}.key`)),
  ]);
  if (cert === undefined || key === undefined) return undefined;
  try {
    const certificate = new X509Certificate(cert);
    const isGood =
      certificate.checkPrivateKey(createPrivateKey(key)) &&
      certificate.verify(new X509Certificate(ca.cert).publicKey) &&
      Date.parse(certificate.validTo) > now + RENEW_BEFORE_MS;
    return isGood ? { cert, key } : undefined;
  } catch {
    // Neither can be read: it is issued again.
    return undefined;
  }
}

/** The key first: a certificate on disk means that its key is there. */
async function keep(folder: string, name: string, pair: CertifiedKey): Promise<CertifiedKey> {
  await writeWhole(path.join(folder, `${name}.key`), pair.key, 0o600);
  await writeWhole(path.join(folder, `${name}.crt`), pair.cert);
  return pair;
}

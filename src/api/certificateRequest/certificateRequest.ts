import { createPublicKey, verify } from 'node:crypto';
import {
  BIT_STRING,
  DerError,
  type DerValue,
  OBJECT_ID,
  objectIdOf,
  OCTET_STRING,
  only,
  partsOf,
  SEQUENCE,
  SET,
  valuesIn,
} from './der.ts';

/** What a PKCS#10 request asks for, and who made it. */
export interface CertificateRequest {
  /** Organizations and the last common name of the subject. */
  readonly organizations: readonly string[];
  readonly commonName: string;
  /** Subject alternative names by their type. */
  readonly dnsNames: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** Four or sixteen bytes each. */
  readonly ipAddresses: readonly Uint8Array[];
  /** As they stand in the request: a certificate of it takes them over. */
  readonly subject: Uint8Array;
  /** GeneralNames, undefined for none. */
  readonly alternativeNames: Uint8Array | undefined;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

const PEM = /-----BEGIN ([^-\n]*)-----\r?\n([A-Za-z0-9+/=\s]*?)-----END \1-----/;
const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const ALTERNATIVE_NAMES = '2.5.29.17';
const [EMAIL, DNS, URI, IP] = [0x81, 0x82, 0x86, 0x87];

/** The hashes of signature algorithms; null if the key defines it. */
const HASHES: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

/** The request that a CertificateSigningRequest carries: base64 of PEM. Throws as `readCertificateRequest` does. */
export function requestOf(base64: string): CertificateRequest {
  return readCertificateRequest(Buffer.from(base64, 'base64').toString('latin1'));
}

/**
 * Reads a request in PEM, and checks that its maker has the private key (`pkg/apis/certificates` ParseCSR, CheckSignature).
 * @throws Error with upstream's words where it is none or not signed by its own key
 */
export function readCertificateRequest(pem: string): CertificateRequest {
  const [, type, text = ''] = PEM.exec(pem) ?? [];
  if (type !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const [info, algorithm, signature] = partsOf(only(Buffer.from(text, 'base64'), SEQUENCE));
  const [, subject, publicKey, attributes] = info === undefined ? [] : partsOf(info);
  if (info?.tag !== SEQUENCE || algorithm?.tag !== SEQUENCE || signature?.tag !== BIT_STRING)
    throw malformed();
  if (subject?.tag !== SEQUENCE || publicKey?.tag !== SEQUENCE) throw malformed();
  // The first byte counts bits that are not used: a signature has whole bytes.
  if (signature.content[0] !== 0) throw malformed();
  checkSignature(info, algorithm, signature, publicKey);
  const names = subjectNames(subject);
  const alternativeNames = attributes === undefined ? undefined : alternativeNamesIn(attributes);
  const general = alternativeNames === undefined ? [] : partsOf(only(alternativeNames, SEQUENCE));
  const textsOf = (tag: number): string[] =>
    general.filter((name) => name.tag === tag).map(({ content }) => textOf(content));
  return {
    organizations: names.filter(([type]) => type === ORGANIZATION).map(([, value]) => value),
    commonName: names.findLast(([type]) => type === COMMON_NAME)?.[1] ?? '',
    dnsNames: textsOf(DNS),
    emailAddresses: textsOf(EMAIL),
    uris: textsOf(URI),
    ipAddresses: general.filter(({ tag }) => tag === IP).map(({ content }) => content),
    subject: subject.raw,
    alternativeNames,
    publicKey: publicKey.raw,
  };
}

const malformed = (): DerError => new DerError('asn1: structure error: malformed certificate request');
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

function checkSignature(info: DerValue, algorithm: DerValue, signature: DerValue, key: DerValue): void {
  const [id] = partsOf(algorithm);
  const hash = id?.tag === OBJECT_ID ? HASHES[objectIdOf(id)] : undefined;
  if (hash === undefined) throw new Error('x509: cannot verify signature: algorithm unimplemented');
  let good: boolean;
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key.raw), format: 'der', type: 'spki' });
    good = verify(hash, info.raw, publicKey, signature.content.subarray(1));
  } catch {
    throw new Error('x509: unsupported elliptic curve or malformed public key');
  }
  if (!good) throw new Error('x509: signature of the certificate request is not by its own key');
}

/** All parts of a distinguished name, type and value each. */
function subjectNames(subject: DerValue): (readonly [string, string])[] {
  return partsOf(subject).flatMap((relative) => {
    if (relative.tag !== SET) throw malformed();
    return partsOf(relative).map((attribute): readonly [string, string] => {
      const [type, value] = partsOf(attribute);
      if (type?.tag !== OBJECT_ID || value === undefined) throw malformed();
      return [objectIdOf(type), directoryString(value)];
    });
  });
}

const BMP_STRING = 0x1e;

function directoryString({ tag, content }: DerValue): string {
  return tag === BMP_STRING ? Buffer.from(content).swap16().toString('utf16le') : textOf(content);
}

/** The value of the extension in the attributes of a request. */
function alternativeNamesIn(attributes: DerValue): Uint8Array | undefined {
  for (const attribute of partsOf(attributes)) {
    const [type, values] = partsOf(attribute);
    if (type?.tag !== OBJECT_ID || objectIdOf(type) !== EXTENSION_REQUEST || values === undefined) continue;
    for (const extension of partsOf(values).flatMap(partsOf)) {
      const parts = valuesIn(extension.content);
      const [id, value] = [parts[0], parts.at(-1)];
      if (id?.tag !== OBJECT_ID || objectIdOf(id) !== ALTERNATIVE_NAMES) continue;
      if (value?.tag !== OCTET_STRING) throw malformed();
      return value.content;
    }
  }
  return undefined;
}

import { generateKeyPairSync } from 'node:crypto';
import { fileExists, writeWhole } from '../../../host/files.ts';
import type { VagrantFolder } from './folder.ts';

const CURVE = 'nistp256';

/** Makes the cluster's SSH key where it has none yet: its machines let in nobody else. */
export async function ensureSshKey(folder: VagrantFolder, cluster: string): Promise<void> {
  if ((await fileExists(folder.privateKey)) && (await fileExists(folder.publicKey))) return;
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    // The form that OpenSSH and Vagrant's own client both read.
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  await writeWhole(folder.privateKey, privateKey, 0o600);
  await writeWhole(folder.publicKey, `${openSshKey(publicKey)} wheelhouse-${cluster}\n`);
}

/** RFC 5656, section 3.1: the point is the end of the key's DER form. */
function openSshKey(spki: Buffer): string {
  const parts = [`ecdsa-sha2-${CURVE}`, CURVE, spki.subarray(-65)];
  const blob = Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
  return `ecdsa-sha2-${CURVE} ${blob.toString('base64')}`;
}

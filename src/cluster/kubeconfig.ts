import { stringify } from 'yaml';
import { readText, writeWhole } from '../host/files.ts';
import type { CertifiedKey } from '../host/certificates.ts';

/** Writes a kubeconfig of its own (mode 0600), unless it is there: the user's global one is never touched. */
export async function writeKubeconfig(
  file: string,
  cluster: {
    readonly name: string;
    readonly server: string;
    readonly ca: string;
    readonly admin: CertifiedKey;
  },
): Promise<void> {
  const name = contextName(cluster.name);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: cluster.server, 'certificate-authority-data': base64(cluster.ca) } },
    ],
    users: [
      {
        name,
        user: {
          'client-certificate-data': base64(cluster.admin.cert),
          'client-key-data': base64(cluster.admin.key),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  const text = stringify(config);
  if ((await readText(file)) !== text) await writeWhole(file, text, 0o600);
}

/** The name of the context, user and cluster in kubeconfig files. */
export function contextName(cluster: string): string {
  return `wheelhouse-${cluster}`;
}

import { readYaml } from '../api/yaml/index.ts';
import type { HttpsClientOptions } from './https.ts';

/** What a kubeconfig's context says about reaching a cluster. */
export interface KubeconfigContext {
  readonly name: string;
  readonly namespace: string;
  readonly client: HttpsClientOptions;
}

export interface KubeconfigOptions {
  /** Default: the file's `current-context`. */
  readonly context?: string;
  /** Reads the files that a kubeconfig may name in place of data; paths as they stand there. */
  readonly readFile?: (path: string) => string;
}

/** A kubeconfig that cannot be used: the message names the entry. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

type Entry = Readonly<Record<string, unknown>>;

/**
 * Reads one context of a kubeconfig (client-go `tools/clientcmd`): certificates and tokens, as data or in files.
 * Throws KubeconfigError for what is missing and for credential plugins, which are not run.
 */
export function parseKubeconfig(text: string, options: KubeconfigOptions = {}): KubeconfigContext {
  const [document] = readYaml(text).documents;
  const [problem] = document?.problems ?? [];
  if (problem !== undefined) throw new KubeconfigError(`the kubeconfig is no YAML: ${problem.message}`);
  const file = entryOf(document?.value, 'the kubeconfig');
  const name = options.context ?? textIn(file, 'current-context');
  if (name === undefined || name === '') throw new KubeconfigError('the kubeconfig has no current-context');
  const context = named(file, 'contexts', name, 'context');
  const cluster = named(file, 'clusters', textIn(context, 'cluster') ?? '', 'cluster');
  const userName = textIn(context, 'user');
  const user = userName === undefined ? {} : named(file, 'users', userName, 'user');

  const server = textIn(cluster, 'server');
  if (server === undefined) throw new KubeconfigError(`cluster of context "${name}" has no server`);
  if (user.exec !== undefined || user['auth-provider'] !== undefined) {
    throw new KubeconfigError(`user "${userName ?? ''}" needs a credential plugin, which is not supported`);
  }
  const pem = (entry: Entry, key: string): string | undefined => dataOrFile(entry, key, options);
  const tokenFile = textIn(user, 'tokenFile');
  const token = tokenFile === undefined ? textIn(user, 'token') : () => readWith(options, tokenFile).trim();
  return {
    name,
    namespace: textIn(context, 'namespace') ?? 'default',
    client: {
      server,
      ca: pem(cluster, 'certificate-authority'),
      serverName: textIn(cluster, 'tls-server-name'),
      insecureSkipTlsVerify: cluster['insecure-skip-tls-verify'] === true,
      cert: pem(user, 'client-certificate'),
      key: pem(user, 'client-key'),
      token,
    },
  };
}

function entryOf(value: unknown, what: string): Entry {
  if (typeof value !== 'object' || value === null) throw new KubeconfigError(`${what} is not a mapping`);
  return value as Entry;
}

function textIn(entry: Entry, key: string): string | undefined {
  const value = entry[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function named(file: Entry, list: string, name: string, what: string): Entry {
  const entries: unknown = file[list];
  for (const entry of Array.isArray(entries) ? entries : []) {
    const candidate = entryOf(entry, `an entry of ${list}`);
    if (candidate.name === name) return entryOf(candidate[what], `${what} "${name}"`);
  }
  throw new KubeconfigError(`the kubeconfig has no ${what} "${name}"`);
}

function dataOrFile(entry: Entry, key: string, options: KubeconfigOptions): string | undefined {
  const data = textIn(entry, `${key}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const path = textIn(entry, key);
  return path === undefined ? undefined : readWith(options, path);
}

function readWith(options: KubeconfigOptions, path: string): string {
  if (options.readFile === undefined) throw new KubeconfigError(`the kubeconfig names the file ${path}`);
  return options.readFile(path);
}

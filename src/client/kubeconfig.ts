import path from 'node:path';
import { readYaml } from '../api/yaml/index.ts';
import type { HttpsClientOptions } from './https.ts';

/** What a kubeconfig's context says about reaching a cluster. */
export interface KubeconfigContext {
  readonly name: string;
  readonly namespace: string;
  readonly client: HttpsClientOptions;
  /** The plugin that supplies credentials if `client` has none. */
  readonly plugin?: CredentialPlugin;
}

/** A context as lists show it. */
export interface ContextSummary {
  readonly name: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string;
  /** '' where its cluster is missing or has none. */
  readonly server: string;
}

/** A program that gives credentials (client.authentication.k8s.io ExecConfig). */
export interface CredentialPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What to do where the command is missing, in the words of the kubeconfig's author. */
  readonly installHint: string;
}

export interface KubeconfigFile {
  /** Where it stands: what it names is relative to its folder. */
  readonly path: string;
  readonly text: string;
}

export interface KubeconfigOptions {
  /** Default: the file's `current-context`. */
  readonly context?: string;
  /** Reads the files that a kubeconfig may name in place of data. */
  readonly readFile?: (path: string) => string;
  /** The caller runs credential plugins. Default: a context that needs one is refused. */
  readonly plugins?: boolean;
}

/** A kubeconfig that cannot be used: the message names the entry. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

/**
 * Reads one context of a kubeconfig (client-go `tools/clientcmd`): certificates and tokens, as data or in files.
 * Throws KubeconfigError for what is missing and for what cannot be used.
 */
export function parseKubeconfig(text: string, options: KubeconfigOptions = {}): KubeconfigContext {
  const kubeconfig = new Kubeconfig([{ path: '', text }]);
  const [problem] = kubeconfig.problems;
  if (problem !== undefined) throw problem;
  return kubeconfig.open(options);
}

type Entry = Readonly<Record<string, unknown>>;

/** An entry with the folder that its paths are relative to. */
interface Located {
  readonly entry: Entry;
  readonly folder: string;
}

type List = 'contexts' | 'clusters' | 'users';
const ONE: Readonly<Record<List, string>> = { contexts: 'context', clusters: 'cluster', users: 'user' };

/** Several kubeconfig files as one, as `KUBECONFIG=a:b` has it: of entries with one name the first counts. */
export class Kubeconfig {
  /** Files that cannot be read, and why. The others count. */
  readonly problems: readonly KubeconfigError[];
  /** `current-context` of the first file that has one. */
  readonly current: string | undefined;
  readonly #lists: Readonly<Record<List, Map<string, Located>>> = {
    contexts: new Map(),
    clusters: new Map(),
    users: new Map(),
  };

  constructor(files: readonly KubeconfigFile[]) {
    const problems: KubeconfigError[] = [];
    let current: string | undefined;
    for (const file of files) {
      try {
        const read = readFile(file.text);
        current ??= textIn(read, 'current-context');
        this.#add(read, file.path === '' ? '' : path.dirname(file.path));
      } catch (error) {
        if (!(error instanceof KubeconfigError)) throw error;
        problems.push(file.path === '' ? error : new KubeconfigError(`${file.path}: ${error.message}`));
      }
    }
    this.problems = problems;
    this.current = current;
  }

  contexts(): readonly ContextSummary[] {
    return [...this.#lists.contexts].map(([name, { entry }]) => {
      const cluster = textIn(entry, 'cluster') ?? '';
      const found = this.#lists.clusters.get(cluster);
      return {
        name,
        cluster,
        user: textIn(entry, 'user') ?? '',
        namespace: textIn(entry, 'namespace') ?? 'default',
        server: found === undefined ? '' : (textIn(found.entry, 'server') ?? ''),
      };
    });
  }

  /** One context. Throws KubeconfigError for what is missing and for what cannot be used. */
  open(options: KubeconfigOptions = {}): KubeconfigContext {
    const name = options.context ?? this.current;
    if (name === undefined || name === '') throw new KubeconfigError('the kubeconfig has no current-context');
    const { entry: context } = this.#named('contexts', name);
    const cluster = this.#named('clusters', textIn(context, 'cluster') ?? '');
    const userName = textIn(context, 'user');
    const user = userName === undefined ? NOBODY : this.#named('users', userName);
    const server = textIn(cluster.entry, 'server');
    if (server === undefined) throw new KubeconfigError(`cluster of context "${name}" has no server`);
    const plugin = pluginOf(user.entry, userName ?? '', options);
    const pem = (located: Located, key: string): string | undefined => dataOrFile(located, key, options);
    return {
      name,
      namespace: textIn(context, 'namespace') ?? 'default',
      client: {
        server,
        ca: pem(cluster, 'certificate-authority'),
        serverName: textIn(cluster.entry, 'tls-server-name'),
        insecureSkipTlsVerify: cluster.entry['insecure-skip-tls-verify'] === true,
        cert: pem(user, 'client-certificate'),
        key: pem(user, 'client-key'),
        token: tokenOf(user, options),
      },
      ...(plugin === undefined ? {} : { plugin }),
    };
  }

  #add(file: Entry, folder: string): void {
    for (const list of ['contexts', 'clusters', 'users'] as const) {
      const entries: unknown = file[list];
      for (const each of Array.isArray(entries) ? entries : []) {
        const candidate = entryOf(each, `an entry of ${list}`);
        const name = textIn(candidate, 'name');
        if (name === undefined || this.#lists[list].has(name)) continue;
        const entry = entryOf(candidate[ONE[list]] ?? {}, `${ONE[list]} "${name}"`);
        this.#lists[list].set(name, { entry, folder });
      }
    }
  }

  #named(list: List, name: string): Located {
    const found = this.#lists[list].get(name);
    if (found === undefined) throw new KubeconfigError(`the kubeconfig has no ${ONE[list]} "${name}"`);
    return found;
  }
}

const NOBODY: Located = { entry: {}, folder: '' };

function readFile(text: string): Entry {
  const [document] = readYaml(text).documents;
  const [problem] = document?.problems ?? [];
  if (problem !== undefined) throw new KubeconfigError(`the kubeconfig is no YAML: ${problem.message}`);
  // An empty file is one without entries.
  return entryOf(document?.value ?? {}, 'the kubeconfig');
}

function entryOf(value: unknown, what: string): Entry {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new KubeconfigError(`${what} is not a mapping`);
  return value as Entry;
}

function textIn(entry: Entry, key: string): string | undefined {
  const value = entry[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function pluginOf(user: Entry, name: string, options: KubeconfigOptions): CredentialPlugin | undefined {
  if (user['auth-provider'] !== undefined) {
    throw new KubeconfigError(`user "${name}" has an auth-provider, which Kubernetes no longer supports`);
  }
  if (user.exec === undefined || user.exec === null) return undefined;
  if (options.plugins !== true) {
    throw new KubeconfigError(`user "${name}" needs a credential plugin, which is not supported`);
  }
  const exec = entryOf(user.exec, `exec of user "${name}"`);
  const command = textIn(exec, 'command');
  if (command === undefined) throw new KubeconfigError(`exec of user "${name}" has no command`);
  return {
    apiVersion: textIn(exec, 'apiVersion') ?? 'client.authentication.k8s.io/v1',
    command,
    args: listIn(exec, 'args').map(String),
    env: Object.fromEntries(
      listIn(exec, 'env').map((each) => {
        const variable = entryOf(each, `env of user "${name}"`);
        return [textIn(variable, 'name') ?? '', textIn(variable, 'value') ?? ''];
      }),
    ),
    installHint: textIn(exec, 'installHint') ?? '',
  };
}

function listIn(entry: Entry, key: string): readonly unknown[] {
  const value = entry[key];
  return Array.isArray(value) ? value : [];
}

function tokenOf(user: Located, options: KubeconfigOptions): string | (() => string) | undefined {
  const file = textIn(user.entry, 'tokenFile');
  if (file === undefined) return textIn(user.entry, 'token');
  return () => readWith(options, path.resolve(user.folder, file)).trim();
}

function dataOrFile({ entry, folder }: Located, key: string, options: KubeconfigOptions): string | undefined {
  const data = textIn(entry, `${key}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const file = textIn(entry, key);
  return file === undefined ? undefined : readWith(options, path.resolve(folder, file));
}

function readWith(options: KubeconfigOptions, file: string): string {
  if (options.readFile === undefined) throw new KubeconfigError(`the kubeconfig names the file ${file}`);
  try {
    return options.readFile(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KubeconfigError(`the kubeconfig names a file that cannot be read: ${why}`);
  }
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { getCACertificates } from 'node:tls';

/** How this desktop reaches the world, as its user has set it. Proxies may carry credentials: never to be logged. */
export interface SystemEnvironment {
  /** URLs, as they were written. */
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  /** Hosts, domains and networks that are reached without a proxy. */
  readonly noProxy: readonly string[];
  /** Authorities that this desktop trusts beyond the public ones, PEM. */
  readonly certificates: readonly string[];
}

/** What a program's own settings say; they go before the environment's variables. */
export interface ProxySettings {
  readonly proxy?: string | undefined;
  readonly noProxy?: readonly string[] | undefined;
}

/** From environment variables and the system's certificates, which take some ten milliseconds to read. */
export function readSystemEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  settings: ProxySettings = {},
): SystemEnvironment {
  const variable = (name: string): string | undefined =>
    [env[name.toLowerCase()], env[name]].find((value) => value !== undefined && value !== '');
  const chosen = settings.proxy === '' ? undefined : settings.proxy;
  const httpProxy = chosen ?? variable('HTTP_PROXY');
  const httpsProxy = chosen ?? variable('HTTPS_PROXY');
  const listed = settings.noProxy ?? [];
  const noProxy = listed.length > 0 ? listed : (variable('NO_PROXY') ?? '').split(',');
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    noProxy: noProxy.map((entry) => entry.trim()).filter((entry) => entry !== ''),
    certificates: ownCertificates(),
  };
}

function ownCertificates(): readonly string[] {
  const found = (type: 'system' | 'bundled' | 'extra'): readonly string[] => {
    try {
      return getCACertificates(type);
    } catch {
      // Not every runtime can tell.
      return [];
    }
  };
  const known = new Set([...found('bundled'), ...ofDistribution()].map(compact));
  const own = new Map<string, string>();
  for (const certificate of [...found('system'), ...found('extra')]) {
    if (!known.has(compact(certificate))) own.set(compact(certificate), certificate);
  }
  return [...own.values()];
}

/** What a Debian desktop brings itself: public ones as well, but of another day than those that this program has. */
const DISTRIBUTION = '/usr/share/ca-certificates';

function ofDistribution(): readonly string[] {
  if (!existsSync(DISTRIBUTION)) return [];
  return readdirSync(DISTRIBUTION, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.crt'))
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'));
}

function compact(pem: string): string {
  return pem.replaceAll(/\s/g, '');
}

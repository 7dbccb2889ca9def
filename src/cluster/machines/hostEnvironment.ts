import { parseAddress } from '../../api/ip/address.ts';
import { formatRange, rangeOf } from '../../api/ip/range.ts';
import { readText, writeWhole } from '../../host/files.ts';
import type { SystemEnvironment } from '../../host/systemEnvironment.ts';
import { nodeFiles, type HostFiles } from '../../protocol/agentLink.ts';
import type { ClusterPaths } from '../paths.ts';
import { CLUSTER_DOMAIN } from '../profile.ts';
import type { MachineSpec } from './contract.ts';

/** The settings of the desktop that nodes need to reach the world as the desktop does. */
export type HostEnvironment = SystemEnvironment;

export const NO_HOST_ENVIRONMENT: HostEnvironment = { noProxy: [], certificates: [] };

export interface EnvironmentOptions {
  /** Ranges that are never reached through a proxy, beside what the desktop says: pods, services, nodes. */
  readonly networks: readonly string[];
  /** The desktop as nodes dial it. */
  readonly hostAddress: string;
  /** Whether something listens there. */
  readonly answers: (address: string, port: number) => Promise<boolean>;
  /** Takes what the user should know. */
  readonly warn: (message: string) => void;
}

/** The environment variables that nodes are told. */
export async function hostFiles(
  environment: HostEnvironment,
  options: EnvironmentOptions,
): Promise<HostFiles> {
  const { httpProxy, httpsProxy, certificates } = environment;
  const forHttp = await reachableProxy(httpProxy, options);
  const proxies = {
    HTTP_PROXY: forHttp,
    HTTPS_PROXY: httpsProxy === httpProxy ? forHttp : await reachableProxy(httpsProxy, options),
  };
  const given = Object.entries(proxies).filter(([, proxy]) => proxy !== undefined);
  const variables = [...given, ['NO_PROXY', withoutProxy(environment, options).join(',')]];
  const lines = variables.flatMap(([name = '', value = '']) =>
    [name, name.toLowerCase()].map((each) => `${each}='${value}'\n`),
  );
  return {
    ...(given.length === 0 ? {} : { proxy: lines.join('') }),
    ...(certificates.length === 0
      ? {}
      : { certificates: certificates.map((pem) => `${pem.trim()}\n`).join('') }),
  };
}

/** The same as files of a new machine. */
export function machineFiles({ proxy, certificates }: HostFiles): MachineSpec['files'] {
  const files = nodeFiles();
  return [
    ...(certificates === undefined ? [] : [{ path: files.certificates, content: certificates, mode: 0o644 }]),
    ...(proxy === undefined ? [] : [{ path: files.proxy, content: proxy, mode: 0o600 }]),
  ];
}

/** What nodes of a cluster are told now; undefined where nobody has said yet. */
export async function readHostFiles({ environment }: ClusterPaths): Promise<HostFiles | undefined> {
  const text = await readText(environment);
  return text === undefined ? undefined : (JSON.parse(text) as HostFiles);
}

/** Only where it has changed: the process that runs the control plane watches the file, and hands it to the nodes. */
export async function writeHostFiles({ environment }: ClusterPaths, files: HostFiles): Promise<void> {
  const text = JSON.stringify(files);
  if ((await readText(environment)) !== text) await writeWhole(environment, text, 0o600);
}

/** The proxy as a node can dial it; undefined, and a warning, where it cannot. */
async function reachableProxy(
  proxy: string | undefined,
  { hostAddress, answers, warn }: EnvironmentOptions,
): Promise<string | undefined> {
  if (proxy === undefined) return undefined;
  const url = parse(proxy);
  // What cannot be read is not shown: it may be a password.
  if (url === undefined) {
    warn('The proxy that is set on this desktop is no URL: the nodes go without it.');
    return undefined;
  }
  if (isLoopback(url.hostname)) {
    const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port);
    if (port === undefined || !(await answers(hostAddress, port))) {
      warn(
        `The proxy ${url.host} listens on this desktop's loopback alone, where no node can reach it: the nodes go ` +
          `without it. Let it listen on ${hostAddress} as well, and start the cluster again.`,
      );
      return undefined;
    }
    url.hostname = hostAddress;
  }
  // The quotes of the file must not end inside.
  return url.href.replaceAll("'", '%27').replace(/\/$/, '');
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'socks5:': 1080 };

function parse(proxy: string): URL | undefined {
  const url = URL.parse(/^[a-z0-9+]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`);
  return url === null || url.hostname === '' ? undefined : url;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.startsWith('127.') || host === '[::1]';
}

function withoutProxy({ noProxy }: HostEnvironment, options: EnvironmentOptions): readonly string[] {
  const own = [
    'localhost',
    '127.0.0.1',
    options.hostAddress,
    ...options.networks,
    '.svc',
    `.${CLUSTER_DOMAIN}`,
  ];
  // Names, addresses and networks: anything else could end the quotes of the file.
  const theirs = noProxy.filter((entry) => /^[\w.*:/[\]-]+$/.test(entry));
  return [...new Set([...theirs, ...own])];
}

/** The /24 (IPv6: /64) that an address is in: enough for a desktop's nodes where nobody has said what their network is. */
export function networkAround(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : formatRange(rangeOf(parsed, parsed.family === 'IPv4' ? 24 : 64));
}

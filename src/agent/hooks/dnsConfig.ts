import type { Pod } from '../../api/types.ts';
import type { ClusterSettings } from '../../protocol/agentLink.ts';

export interface HostResolver {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;

/** A pod's resolver by its dnsPolicy and dnsConfig (kubelet `pkg/kubelet/network/dns`). */
export function podDns(pod: Pod, cluster: ClusterSettings, host: HostResolver): HostResolver {
  const { dnsPolicy = 'ClusterFirst', hostNetwork, dnsConfig } = pod.spec;
  const base = byPolicy(
    dnsPolicy === 'ClusterFirst' && hostNetwork === true ? 'Default' : dnsPolicy,
    pod.metadata.namespace,
    cluster,
    host,
  );
  if (dnsConfig === undefined) return base;
  return {
    servers: unique([...base.servers, ...(dnsConfig.nameservers ?? [])]).slice(0, MAX_SERVERS),
    searches: unique([...base.searches, ...(dnsConfig.searches ?? [])]).slice(0, MAX_SEARCHES),
    options: mergedOptions(base.options, dnsConfig.options ?? []),
  };
}

function byPolicy(
  policy: string,
  namespace: string,
  { clusterDomain, dnsAddress }: ClusterSettings,
  host: HostResolver,
): HostResolver {
  switch (policy) {
    case 'None':
      return { servers: [], searches: [], options: [] };
    case 'Default':
      return host;
    default:
      return {
        servers: [dnsAddress],
        searches: unique([
          `${namespace}.svc.${clusterDomain}`,
          `svc.${clusterDomain}`,
          clusterDomain,
          ...host.searches,
        ]).slice(0, MAX_SEARCHES),
        options: ['ndots:5'],
      };
  }
}

function mergedOptions(
  base: readonly string[],
  added: readonly { readonly name?: string; readonly value?: string }[],
): string[] {
  const byName = new Map(base.map((option) => [option.split(':')[0] ?? option, option]));
  for (const { name = '', value } of added) byName.set(name, value === undefined ? name : `${name}:${value}`);
  return [...byName.values()];
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

/** Parses resolv.conf(5). */
export function parseResolvConf(text: string): HostResolver {
  const servers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && values[0] !== undefined) servers.push(values[0]);
    else if (keyword === 'search') searches = values.filter((domain) => domain !== '.');
    else if (keyword === 'options') options = values;
  }
  return { servers, searches, options };
}

import { constants } from 'node:fs';
import { lchown, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../../api/types.ts';
import { type AgentPaths, podDirectory } from '../paths.ts';
import type { ContainerHook } from './contract.ts';
import { hostDomainOf, shortHostname } from './sandboxConfig.ts';

const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
const HOSTS_PATH = '/etc/hosts';

/** The pod's /etc/hosts, unless the container brings its own (kubelet_pods.go `ensureHostsFile`). */
export function hostsFileHook(paths: AgentPaths, options: { clusterDomain: string }): ContainerHook {
  return {
    name: 'hostsFile',
    async apply({ pod, container, podIPs, sandbox }, { config }) {
      if (podIPs.length === 0) return;
      if (container.volumeMounts?.some(({ mountPath }) => mountPath === HOSTS_PATH) === true) return;
      const path = join(podDirectory(paths, pod.metadata.uid), 'etc-hosts');
      const text =
        pod.spec.hostNetwork === true
          ? hostNetworkHosts(await readFile(paths.hosts, 'utf8').catch(() => ''), pod)
          : managedHosts(pod, podIPs, options.clusterDomain);
      await writeFile(path, text, { mode: 0o644, flag: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW });
      const root = sandbox.users?.hostId;
      if (root !== undefined) await lchown(path, root, root);
      config.mounts.push({
        containerPath: HOSTS_PATH,
        hostPath: path,
        readOnly: false,
        propagation: 'private',
      });
    },
  };
}

export function managedHosts(pod: Pod, podIPs: readonly string[], clusterDomain: string): string {
  const host = shortHostname(pod);
  const domain = hostDomainOf(pod, clusterDomain);
  const names = domain === '' ? host : `${host}.${domain}\t${host}`;
  return [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    ...podIPs.map((ip) => `${ip}\t${names}`),
    aliases(pod),
  ].join('\n');
}

function hostNetworkHosts(text: string, pod: Pod): string {
  return `# Kubernetes-managed hosts file (host network).\n${text}${aliases(pod)}`;
}

function aliases(pod: Pod): string {
  const lines = (pod.spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => [ip, ...hostnames].join('\t'));
  return lines.length === 0 ? '' : `\n# Entries added by HostAliases.\n${lines.join('\n')}\n`;
}

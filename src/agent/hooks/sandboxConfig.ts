import { join } from 'node:path';
import { qosClassOf } from '../../api/podSpec/qos.ts';
import type { Pod } from '../../api/types.ts';
import type { ClusterSettings } from '../../protocol/agentLink.ts';
import { containersOf, identityOf, logDirectoryName, podLabels } from '../pods/identity.ts';
import type { SandboxConfig, UserRange } from '../runtime/contract.ts';
import { type HostResolver, podDns } from './dnsConfig.ts';
import { podGroups, selinuxLabel } from './podSecurity.ts';

export interface SandboxOptions {
  /** `/var/log/pods`. */
  readonly logRoot: string;
  readonly cluster: ClusterSettings;
  /** The node's own resolv.conf. */
  readonly resolver: HostResolver;
  /** The pod's own users, where it has some. */
  readonly users?: UserRange | undefined;
}

/** The sandbox that a pod asks for (kuberuntime_sandbox.go `generatePodSandboxConfig`). */
export function sandboxConfig(pod: Pod, attempt: number, options: SandboxOptions): SandboxConfig {
  const { spec, metadata } = pod;
  const context = spec.securityContext ?? {};
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    attempt,
    hostname: spec.hostNetwork === true ? '' : hostnameOf(pod, options.cluster.clusterDomain),
    logDirectory: join(options.logRoot, logDirectoryName(identityOf(pod))),
    dns: podDns(pod, options.cluster, options.resolver),
    hostNetwork: spec.hostNetwork === true,
    hostPid: spec.hostPID === true,
    hostIpc: spec.hostIPC === true,
    shareProcesses: spec.shareProcessNamespace === true,
    ...(options.users === undefined ? {} : { users: options.users }),
    cgroupParent: cgroupParent(pod),
    labels: podLabels(pod),
    annotations: { ...metadata.annotations },
    sysctls: Object.fromEntries((context.sysctls ?? []).map(({ name, value }) => [name, value])),
    security: {
      privileged: containersOf(pod).some(({ container }) => container.securityContext?.privileged === true),
      ...(context.runAsUser === undefined ? {} : { runAsUser: context.runAsUser }),
      // CRI refuses a sandbox with a group and no user; containers get theirs all the same.
      ...(context.runAsUser === undefined || context.runAsGroup === undefined
        ? {}
        : { runAsGroup: context.runAsGroup }),
      supplementalGroups: podGroups(pod),
      ...selinuxLabel(context.seLinuxOptions),
    },
  };
}

/** Pods of a class lie together, as kubelet with the cgroupfs driver has them. */
export function cgroupParent(pod: Pod): string {
  const { uid } = pod.metadata;
  switch (qosClassOf(pod.spec)) {
    case 'Guaranteed':
      return `/kubepods/pod${uid}`;
    case 'Burstable':
      return `/kubepods/burstable/pod${uid}`;
    case 'BestEffort':
      return `/kubepods/besteffort/pod${uid}`;
  }
}

const HOSTNAME_LIMIT = 63;
const KERNEL_LIMIT = 64;

/** The pod's short name, or with setHostnameAsFQDN its whole one, which the kernel must take. */
export function hostnameOf(pod: Pod, clusterDomain: string): string {
  const short = shortHostname(pod);
  const domain = hostDomainOf(pod, clusterDomain);
  if (pod.spec.setHostnameAsFQDN !== true || domain === '') return short;
  const whole = `${short}.${domain}`;
  if (whole.length > KERNEL_LIMIT) {
    throw new Error(
      `failed to construct FQDN from Pod hostname and cluster domain, FQDN ${whole} is too long (${KERNEL_LIMIT} characters is the max, ${whole.length} characters requested)`,
    );
  }
  return whole;
}

export function shortHostname(pod: Pod): string {
  const { hostname, hostnameOverride } = pod.spec;
  if (hostnameOverride !== undefined && hostnameOverride !== '') return hostnameOverride;
  if (hostname !== undefined && hostname !== '') return hostname;
  return pod.metadata.name.slice(0, HOSTNAME_LIMIT).replace(/[-.]+$/, '');
}

/** `SUBDOMAIN.NAMESPACE.svc.DOMAIN`, '' without a subdomain. */
export function hostDomainOf(pod: Pod, clusterDomain: string): string {
  const { subdomain, hostnameOverride } = pod.spec;
  if (subdomain === undefined || subdomain === '' || (hostnameOverride ?? '') !== '') return '';
  return `${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}`;
}

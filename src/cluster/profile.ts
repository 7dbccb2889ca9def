import { addressAt, parseRange } from '../api/ip/range.ts';
import { readText, writeWhole } from '../host/files.ts';
import { ClusterError } from './errors.ts';
import type { MachineSettings } from './machines/contract.ts';

/** A cluster as declared: the file `cluster.json` that people may read. */
export interface ClusterProfile {
  readonly name: string;
  readonly machines: MachinesKind;
  /** The API server's port on this desktop; kept, so that kubeconfig and nodes stay right. */
  readonly port: number;
  /** Where nodes dial; empty for simulated machines, and before there are any. */
  readonly nodeAddresses: readonly string[];
  /** Of those, where the control plane listens besides loopback: all, unless the machines' network ends at loopback. */
  readonly listenAddresses?: readonly string[];
  /** The range of the nodes' own addresses, where it is known. */
  readonly nodeNetwork?: string;
  readonly nodes: readonly NodeProfile[];
  /** Whether its user wants it to run: a window that opens brings it up again. */
  readonly running?: boolean;
  readonly clusterCIDR: string;
  readonly serviceCIDR: string;
  /** What the machines have in common, as chosen at the creation. */
  readonly settings?: MachineSettings;
  /** How pods reach those of other nodes: routes on the machines' network (default), or VXLAN where it carries none. */
  readonly podNetwork?: PodNetworkKind;
  /** Which requests are written down; missing for none. */
  readonly audit?: AuditSettings;
  /** Whose tokens let people in, besides the cluster's own; missing for nobody's. */
  readonly oidc?: OpenIdProfile;
}

/** An OpenID Connect provider, in the terms of upstream's `--oidc-*` flags. */
export interface OpenIdProfile {
  readonly issuerURL: string;
  readonly clientID: string;
  readonly usernameClaim?: string;
  readonly usernamePrefix?: string;
  readonly groupsClaim?: string;
  readonly groupsPrefix?: string;
  readonly requiredClaims?: Readonly<Record<string, string>>;
  readonly signingAlgs?: readonly string[];
  /** PEM, relative to the cluster's folder; the system's own authorities where it is missing. */
  readonly caFile?: string;
}

/** The audit log of the API server, in upstream's terms. Paths are relative to the cluster's folder. */
export interface AuditSettings {
  /** A Policy of audit.k8s.io/v1, in YAML or JSON. Read when the control plane starts. */
  readonly policyFile: string;
  /** Default `audit.log`. */
  readonly logFile?: string;
  /** A log that has grown beyond it (default 100) is put aside. */
  readonly maxSizeMegabytes?: number;
  /** How many logs that were put aside are kept; default 10. */
  readonly maxBackups?: number;
}

export type PodNetworkKind = 'routes' | 'vxlan';

export type MachinesKind = 'docker' | 'vagrant' | 'simulated';

export interface NodeProfile {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly capacity?: Readonly<Record<string, string>>;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly diskBytes?: number;
  /** On the machines' network; the provider chooses where it is missing. */
  readonly address?: string;
}

export const DEFAULT_CLUSTER_CIDR = '10.244.0.0/16';
export const DEFAULT_SERVICE_CIDR = '10.96.0.0/16';
export const CLUSTER_DOMAIN = 'cluster.local';

/** The first address of the service range is the API server's, the tenth the DNS server's, as kubeadm has it. */
export function serviceAddress(serviceCIDR: string, offset: number): string {
  const range = parseRange(serviceCIDR);
  if (range === undefined)
    throw new ClusterError(`${serviceCIDR} is no range of addresses`, 'Write it as 10.96.0.0/16.');
  return addressAt(range, offset);
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;

/** A cluster's name is part of host names and labels: letters, digits and dashes, at most 40. */
export function checkClusterName(name: string): void {
  if (NAME.test(name)) return;
  throw new ClusterError(
    `"${name}" cannot be a cluster's name`,
    'Use at most 40 lower-case letters, digits and dashes, with a letter or digit at both ends.',
  );
}

/** `NAME-1`, `NAME-2`, …: the first numbers that are not taken. */
export function newNodeNames(cluster: string, count: number, taken: Iterable<string>): readonly string[] {
  const used = new Set(taken);
  const names: string[] = [];
  for (let number = 1; names.length < count; number++) {
    const name = `${cluster}-${number}`;
    if (!used.has(name)) names.push(name);
  }
  return names;
}

export async function readProfile(file: string): Promise<ClusterProfile | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  try {
    return parseProfile(JSON.parse(text));
  } catch (error) {
    throw new ClusterError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'Mend the file, or delete its folder to forget the cluster.',
      error,
    );
  }
}

export async function writeProfile(file: string, profile: ClusterProfile): Promise<void> {
  const text = `${JSON.stringify(profile, undefined, 2)}\n`;
  if ((await readText(file)) !== text) await writeWhole(file, text);
}

function parseProfile(value: unknown): ClusterProfile {
  if (typeof value !== 'object' || value === null) throw new Error('it is not an object');
  const profile = value as Partial<ClusterProfile>;
  for (const [field, type] of [
    ['name', 'string'],
    ['machines', 'string'],
    ['port', 'number'],
    ['clusterCIDR', 'string'],
    ['serviceCIDR', 'string'],
  ] as const) {
    if (typeof profile[field] !== type) throw new Error(`${field} must be a ${type}`);
  }
  if (!Array.isArray(profile.nodes)) throw new Error('nodes must be a list');
  return { ...(profile as ClusterProfile), nodeAddresses: profile.nodeAddresses ?? [] };
}

import path from 'node:path';
import type { PreflightProblem } from '../contract.ts';

/** A cluster's Vagrant folder: what a person with plain `vagrant` works in, too. */
export interface VagrantFolder {
  readonly folder: string;
  /** The declaration of the machines; people may edit it. */
  readonly clusterFile: string;
  readonly vagrantfile: string;
  readonly dotVagrant: string;
  /** The cluster's key for SSH: ECDSA, PEM (0600), and the public half in OpenSSH's form. */
  readonly privateKey: string;
  readonly publicKey: string;
  readonly nodes: string;
  /** What the hypervisor made for the cluster's network. */
  readonly network: string;
  node(name: string): NodeFolder;
}

/** What one machine has there. All of it goes with the machine. */
export interface NodeFolder {
  readonly folder: string;
  /** The files that are put on the machine, as JSON (0600): it holds the one-time token. */
  readonly files: string;
  /** There when the machine was created as a whole: a digest of what it was set up from last. */
  readonly whole: string;
  /** The process that makes it, or made it: its id. */
  readonly creator: string;
  /** What its serial port said. */
  readonly console: string;
  readonly knownHosts: string;
  /** What Vagrant knows of it. */
  readonly vagrantState: string;
  /** Vagrant's output, whole. */
  readonly log: string;
}

export function vagrantFolder(folder: string): VagrantFolder {
  const nodes = path.join(folder, 'nodes');
  const dotVagrant = path.join(folder, '.vagrant');
  return {
    folder,
    clusterFile: path.join(folder, 'cluster.yaml'),
    vagrantfile: path.join(folder, 'Vagrantfile'),
    dotVagrant,
    privateKey: path.join(folder, 'ssh', 'id'),
    publicKey: path.join(folder, 'ssh', 'id.pub'),
    nodes,
    network: path.join(folder, 'network'),
    node: (name) => ({
      folder: path.join(nodes, name),
      files: path.join(nodes, name, 'files.json'),
      whole: path.join(nodes, name, 'created'),
      creator: path.join(nodes, name, 'creator'),
      console: path.join(nodes, name, 'console.log'),
      knownHosts: path.join(nodes, name, 'known_hosts'),
      vagrantState: path.join(dotVagrant, 'machines', name),
      log: path.join(folder, 'logs', `${name}.log`),
    }),
  };
}

const PREFIX = 'wheelhouse-';

/** What a hypervisor calls a machine. The underscore, which no name of ours has, parts cluster and node. */
export function fullName(cluster: string, node: string): string {
  return `${PREFIX}${cluster}_${node}`;
}

/**
 * Vagrant takes a name for the beginning of the id of a machine (of any folder of this user) where it can: it looks there
 * first, and would act on that one.
 */
export function nameProblem(name: string): PreflightProblem | undefined {
  if (!/^[0-9a-f]+$/.test(name)) return undefined;
  return {
    what: `Vagrant could take the name ${name} for the id of another machine`,
    remedy: 'Choose one with a dash, or with a letter beyond f.',
  };
}

/** The cluster and the node that a hypervisor's machine belongs to; undefined for one that is not ours. */
export function namesOf(full: string): { readonly cluster: string; readonly name: string } | undefined {
  const match = /^wheelhouse-([^_]+)_([^_]+)$/.exec(full);
  return match === null ? undefined : { cluster: match[1] ?? '', name: match[2] ?? '' };
}

export function networkName(cluster: string): string {
  return `${PREFIX}${cluster}`;
}

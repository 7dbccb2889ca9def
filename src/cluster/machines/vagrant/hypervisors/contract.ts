import type { IPRange } from '../../../../api/ip/range.ts';
import type { PreflightProblem } from '../../contract.ts';

export interface VirtualMachine {
  /** As `fullName()` makes it. */
  readonly name: string;
  /** The hypervisor's own id. */
  readonly id: string;
  readonly state: 'running' | 'stopped' | 'paused' | 'failed';
}

/** The network that a cluster's machines share with the host. */
export interface MachineNetwork {
  /** As `networkName()` makes it. */
  readonly name: string;
  readonly subnet: IPRange;
  /** The cluster's Vagrant folder: what has to be handed over as a file is left there. */
  readonly folder: string;
}

/**
 * What is asked of a hypervisor itself, because Vagrant would take seconds to answer, does not do it, or has died over
 * it. It keeps no state. Verbs may be repeated; failures are ProcessErrors of its command.
 */
export interface Hypervisor {
  /** Vagrant's name for it. */
  readonly provider: string;
  /**
   * The address at which machines reach this desktop's loopback through NAT, where they do: it needs no network of the
   * cluster's own, which may come with the first machine, and no listener that other computers could see.
   */
  readonly natGateway?: string;
  /** False where its networks may drop packets with addresses of pods: those then travel in VXLAN. */
  readonly carriesPodAddresses?: boolean;
  /** Its version; undefined where it is not installed, or does not answer. */
  version(signal: AbortSignal): Promise<string | undefined>;
  /** What keeps it from running machines although it is installed. */
  problems?(signal: AbortSignal): Promise<readonly PreflightProblem[]>;
  /** The port of this desktop's loopback at which a machine that runs answers SSH; undefined where it has none. */
  sshPort?(name: string): Promise<number | undefined>;
  /** Whether a machine that was suspended can be trusted when it goes on; missing where it can. */
  suspendIsSafe?(signal: AbortSignal): Promise<boolean>;
  /** All machines that are ours, of any cluster; empty where it is not installed. */
  list(): Promise<readonly VirtualMachine[]>;
  /** Makes the network, with the host on its first address; the name of what it made for it, undefined where it was there. */
  ensureNetwork(network: MachineNetwork, signal: AbortSignal): Promise<string | undefined>;
  /** Removes what `ensureNetwork` made (its answer is `made`). */
  removeNetwork(name: string, made: string | undefined): Promise<void>;
  /** Ranges of its networks, other than that of this name. */
  takenSubnets(except: string): Promise<readonly IPRange[]>;
  /** Ranges that its networks may have; undefined where any will do. */
  allowedSubnets?(): Promise<readonly IPRange[]>;
  /** Whether it has what machines of this box share. Where not, the first must be made before others are begun. */
  sharesReady(box: string, version?: string): Promise<boolean>;
  /** Line of Vagrant's output by which the first machine has made what others share. */
  readonly sharesMade?: RegExp;
  /**
   * Removes what machines of this version of a box have shared (its folder at Vagrant is `folder`); nothing where there
   * is nothing. Rejects where machines still need it, and changes nothing then.
   */
  removeShared?(box: {
    readonly name: string;
    readonly version: string;
    readonly folder: string;
  }): Promise<void>;
  /** Takes away a machine with its disks, in whatever state; nothing where there is none. */
  discard(name: string): Promise<void>;
  /** Starts a machine as it was set up last, or wakes one that was suspended. Where it is missing, Vagrant does it. */
  start?(name: string, signal: AbortSignal): Promise<void>;
  /** Saves a machine that runs, with its memory, and ends it until it is started. Where it is missing, Vagrant does it. */
  suspend?(name: string, signal: AbortSignal): Promise<void>;
  /** Packs a machine that is off as a box, `target`; `folder` is for the work. Where it is missing, Vagrant does it. */
  pack?(
    id: string,
    work: { readonly folder: string; readonly target: string },
    signal: AbortSignal,
  ): Promise<void>;
  /** Names of the machine's snapshots. */
  snapshots(name: string): Promise<readonly string[]>;
}

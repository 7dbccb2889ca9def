import type { Duplex, Writable } from 'node:stream';

/** A machine that is, or will be, a node. It exists only here: in the API it is a Node. */
export interface Machine {
  readonly cluster: string;
  /** The node's name. */
  readonly name: string;
  readonly state: 'creating' | 'running' | 'stopped' | 'paused' | 'failed';
  /** On the network that nodes share; may change at every start. */
  readonly address?: string;
  /** The provider's own id. */
  readonly id: string;
}

export interface MachineSpec {
  readonly cluster: string;
  readonly name: string;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly diskBytes?: number;
  /** On the network that nodes share; chosen by the provider where it is missing or cannot be had. */
  readonly address?: string;
  /** The bootstrap and its configuration, put on the machine before it starts (mode 0600). */
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode: number }[];
  /** TCP ports of the node published on the desktop's loopback: node port to host port (0 for any). */
  readonly ports?: readonly { readonly node: number; readonly host: number }[];
}

export interface Progress {
  /** What happens now to which machine, in words for a user. */
  report(step: { readonly machine: string; readonly message: string; readonly fraction?: number }): void;
  /** A question of the tool that makes the machine, for the user; undefined where nobody answers. */
  ask?(question: {
    readonly machine: string;
    readonly text: string;
    readonly secret: boolean;
  }): Promise<string | undefined>;
}

export type MachineSize = Pick<MachineSpec, 'cpus' | 'memoryBytes'>;

/** What is about to be created, for the checks before. */
export interface MachinePlan {
  readonly cluster: string;
  readonly machines: readonly Pick<MachineSpec, 'name' | 'cpus' | 'memoryBytes' | 'diskBytes'>[];
  readonly settings?: MachineSettings;
}

/** What a cluster's machines have in common, as its user chose it; each provider has its own defaults. */
export interface MachineSettings {
  /** For Vagrant: virtualbox, libvirt, vmware_desktop, parallels, hyperv. */
  readonly provider?: string;
  /** For Vagrant: the name of the box that nodes are made of. */
  readonly box?: string;
  /** The range of the network that nodes share, as CIDR. */
  readonly network?: string;
}

/** This desktop as a cluster's nodes dial it. */
export interface HostAddress {
  /** An IP address; the API server's certificate names it. */
  readonly address: string;
  /**
   * Whether the machines' network brings it to this desktop's loopback, as NAT does: then nothing listens on it, which
   * may be no address of this desktop at all. Else the control plane listens on it, and it must be there before.
   */
  readonly loopback: boolean;
  /** The range that the nodes' own addresses are in, as CIDR, where it is known. */
  readonly network?: string;
}

/** One thing that stands in the way of creating machines: what it is and what to do. */
export interface PreflightProblem {
  readonly what: string;
  readonly remedy: string;
}

export interface MachineCapabilities {
  readonly pause: boolean;
  readonly shell: boolean;
  readonly resize: boolean;
  readonly snapshots: boolean;
  readonly console: boolean;
}

/** Snapshots of one machine with its memory, by name. Repeating a verb does no harm. */
export interface MachineSnapshots {
  save(machine: Machine, name: string, signal: AbortSignal): Promise<void>;
  /** The machine runs afterwards as it did then. Rejects with a MachineError where no snapshot has that name. */
  restore(machine: Machine, name: string, signal: AbortSignal): Promise<Machine>;
  list(machine: Machine): Promise<readonly string[]>;
  delete(machine: Machine, name: string, signal: AbortSignal): Promise<void>;
}

/**
 * Machines of one kind (Docker containers, Vagrant VMs, simulated ones). It keeps no state of its own: machines are
 * found by labels and by asking. All verbs are idempotent and can be cancelled; a cancelled or failed `create` leaves
 * nothing of that machine behind. Failures are MachineErrors.
 */
export interface MachineProvider {
  readonly name: 'docker' | 'vagrant' | 'simulated';
  readonly capabilities: MachineCapabilities;
  /** What is missing before anything (before what is planned) can be created; empty when all is well. */
  preflight(signal: AbortSignal, plan?: MachinePlan): Promise<readonly PreflightProblem[]>;
  /** Makes what all machines share: image or box, network. Idempotent. */
  prepare(
    cluster: string,
    progress: Progress,
    signal: AbortSignal,
    settings?: MachineSettings,
  ): Promise<void>;
  /** How pods of different nodes reach each other where nobody has said; routes where it is missing. */
  podNetwork?(settings: MachineSettings | undefined, signal: AbortSignal): Promise<'routes' | 'vxlan'>;
  /** How nodes reach this desktop. Needs `prepare`. */
  hostAddress(cluster: string): Promise<HostAddress>;
  create(spec: MachineSpec, progress: Progress, signal: AbortSignal): Promise<Machine>;
  start(machine: Machine, progress: Progress, signal: AbortSignal): Promise<Machine>;
  stop(machine: Machine, signal: AbortSignal): Promise<void>;
  /**
   * Freezes it with all that runs on it; `start` wakes it. `capabilities.pause` says whether it can. Where this computer's
   * hypervisor does not wake machines well, it is stopped.
   */
  pause(machine: Machine, signal: AbortSignal): Promise<void>;
  delete(machine: Machine, signal: AbortSignal): Promise<void>;
  /** All machines of a cluster, or of all clusters. */
  list(cluster?: string): Promise<readonly Machine[]>;
  /** Deletes what `prepare` made for this cluster alone (its network). */
  cleanUp(cluster: string): Promise<void>;
  /** An interactive shell on the machine. `capabilities.shell` says whether there is one. */
  shell(machine: Machine, size: { columns: number; rows: number }): Promise<MachineShell>;
  /**
   * Runs a line of shell on the machine, as root and without a terminal, to its end; resolves with its exit code. As
   * `capabilities.shell`. A line that ends early is not fed any more; where `streams.input` fails, so does this.
   */
  run(machine: Machine, line: string, streams: CommandStreams, signal: AbortSignal): Promise<number>;
  /** Brings an image tar (docker save format) into the machine's container runtime. */
  loadImage(machine: Machine, tar: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
  /** Gives a stopped machine another size, for its next start. There where `capabilities.resize` is true. */
  resize?(machine: Machine, size: MachineSize, signal: AbortSignal): Promise<void>;
  /** There where `capabilities.snapshots` is true. */
  readonly snapshots?: MachineSnapshots;
  /** What the machine says on its console: the last lines, then what comes, until aborted. As `capabilities.console`. */
  console?(machine: Machine, signal: AbortSignal): AsyncIterable<string>;
}

/** What a command is fed with, and where what it says goes. The outputs are not ended. */
export interface CommandStreams {
  readonly input: AsyncIterable<Uint8Array>;
  readonly output: Writable;
  readonly errors: Writable;
}

export interface MachineShell {
  readonly stream: Duplex;
  resize(columns: number, rows: number): void;
  readonly exited: Promise<number>;
}

/** Names the machine, the command where there was one, and what to do. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
  readonly remedy: string;
  constructor(message: string, remedy: string, cause?: unknown) {
    super(
      remedy === '' ? message : `${message.replace(/\.+$/, '')}. ${remedy}`,
      cause === undefined ? undefined : { cause },
    );
    this.remedy = remedy;
  }
}

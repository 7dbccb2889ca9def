import type { Duplex } from 'node:stream';

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
  /** The bootstrap and its configuration, put on the machine before it starts (mode 0600). */
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode: number }[];
  /** TCP ports of the node published on the desktop's loopback: node port to host port (0 for any). */
  readonly ports?: readonly { readonly node: number; readonly host: number }[];
}

export interface Progress {
  /** What happens now to which machine, in words for a user. */
  report(step: { readonly machine: string; readonly message: string; readonly fraction?: number }): void;
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
}

/**
 * Machines of one kind (Docker containers, Vagrant VMs, simulated ones). It keeps no state of its own: machines are
 * found by labels and by asking. All verbs are idempotent and can be cancelled; a cancelled or failed `create` leaves
 * nothing of that machine behind. Failures are MachineErrors.
 */
export interface MachineProvider {
  readonly name: 'docker' | 'vagrant' | 'simulated';
  readonly capabilities: MachineCapabilities;
  /** What is missing before anything can be created; empty when all is well. */
  preflight(signal: AbortSignal): Promise<readonly PreflightProblem[]>;
  /** Makes what all machines share: image or box, network. Idempotent. */
  prepare(cluster: string, progress: Progress, signal: AbortSignal): Promise<void>;
  /** The host's address on the machines' network: what nodes dial. Needs `prepare`. */
  hostAddress(cluster: string): Promise<string>;
  create(spec: MachineSpec, progress: Progress, signal: AbortSignal): Promise<Machine>;
  start(machine: Machine, progress: Progress, signal: AbortSignal): Promise<Machine>;
  stop(machine: Machine, signal: AbortSignal): Promise<void>;
  /** Freezes it with all that runs on it; `start` wakes it. `capabilities.pause` says whether it can. */
  pause(machine: Machine, signal: AbortSignal): Promise<void>;
  delete(machine: Machine, signal: AbortSignal): Promise<void>;
  /** All machines of a cluster, or of all clusters. */
  list(cluster?: string): Promise<readonly Machine[]>;
  /** Deletes what `prepare` made for this cluster alone (its network). */
  cleanUp(cluster: string): Promise<void>;
  /** An interactive shell on the machine. `capabilities.shell` says whether there is one. */
  shell(machine: Machine, size: { columns: number; rows: number }): Promise<MachineShell>;
  /** Brings an image tar (docker save format) into the machine's container runtime. */
  loadImage(machine: Machine, tar: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
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
    super(remedy === '' ? message : `${message}. ${remedy}`, cause === undefined ? undefined : { cause });
    this.remedy = remedy;
  }
}

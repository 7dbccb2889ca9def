import type { Command } from 'commander';
import type { BoxBuilder } from '../cluster/box/boxes.ts';
import type { BuiltBox } from '../cluster/box/buildBox.ts';
import type { Clusters } from '../cluster/clusters.ts';
import type { Progress } from '../cluster/machines/contract.ts';
import type { Terminal } from './terminal.ts';

/** What commands are given: their only doors to the outside. */
export interface CliContext {
  readonly clusters: Clusters;
  readonly boxes: BoxShelf;
  readonly progress: Progress;
  /** Aborts with the first Ctrl-C: what is half made is taken back. */
  readonly signal: AbortSignal;
  /** A line for people or scripts, on standard output. */
  readonly print: (line: string) => void;
  readonly terminal: Terminal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What the command ends with where it does not fail. */
  readonly exitWith: (code: number) => void;
  /** What this desktop is, and what happened on it, as a text without secrets. */
  readonly report: () => Promise<string>;
  /** Runs a control plane in the foreground until the signal aborts. */
  readonly serve: (options: ServeOptions) => Promise<void>;
  /** The bytes of an image that the local Docker Engine has, in `docker save` form. */
  readonly saveImage: (reference: string) => AsyncIterable<Uint8Array>;
}

export interface BoxShelf extends BoxBuilder {
  /** Makes a box known to Vagrant, unless it is, in the place of older ones that no machine needs. */
  add(box: BuiltBox, progress: Progress, signal: AbortSignal): Promise<void>;
}

export interface ServeOptions {
  readonly data: string;
  readonly port: number;
  readonly simulatedNodes: number;
  readonly auditPolicy?: string;
  readonly auditLog?: string;
  /** Go on with what is whole of a damaged store. */
  readonly recover?: boolean;
  /** Write the objects that are whole to this new file, and end. */
  readonly export?: string;
}

/** One command of `wheelhouse`: a file in `commands/`, a line in its index. */
export type CliCommand = (program: Command, context: CliContext) => void;

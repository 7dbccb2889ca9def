import type { OutputChannel } from 'vscode';
import type { Engine } from '../engine.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { LiveObjects } from '../documents/liveObjects.ts';
import type { Manifests } from '../documents/manifests.ts';

/** What commands act through. */
export interface CommandContext {
  readonly model: ClusterModel;
  readonly manifests: Manifests;
  readonly liveObjects: LiveObjects;
  readonly engine: Engine;
  readonly output: OutputChannel;
}

/**
 * One command: a file in this folder, a line in `index.ts` and a contribution in package.json. `run` gets what the
 * editor passes (a tree row, a lens's arguments, nothing from the palette) and asks for what is missing. What it
 * throws is shown to the user as it is.
 */
export interface EditorCommand {
  readonly id: `wheelhouse.${string}`;
  run(context: CommandContext, ...args: unknown[]): Promise<void>;
}

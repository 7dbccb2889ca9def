import type { CliCommand } from '../command.ts';
import { create } from './create.ts';
import { deleteCluster } from './delete.ts';
import { kubeconfig } from './kubeconfig.ts';
import { list } from './list.ts';
import { loadImage } from './loadImage.ts';
import { node } from './node.ts';
import { serve } from './serve.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';

/** The commands in the order of the help text. */
export const commands: readonly CliCommand[] = [
  create,
  start,
  stop,
  deleteCluster,
  list,
  kubeconfig,
  node,
  loadImage,
  serve,
];

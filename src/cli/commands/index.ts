import type { CliCommand } from '../command.ts';
import { box } from './box.ts';
import { completion } from './completion.ts';
import { cp } from './cp.ts';
import { console } from './console.ts';
import { create } from './create.ts';
import { deleteCluster } from './delete.ts';
import { exportObjects } from './export.ts';
import { doctor } from './doctor.ts';
import { kubeconfig } from './kubeconfig.ts';
import { list } from './list.ts';
import { loadImage } from './loadImage.ts';
import { node } from './node.ts';
import { preflight } from './preflight.ts';
import { resize } from './resize.ts';
import { serve } from './serve.ts';
import { snapshot } from './snapshot.ts';
import { ssh } from './ssh.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { suspend } from './suspend.ts';

/** The commands in the order of the help text. */
export const commands: readonly CliCommand[] = [
  preflight,
  doctor,
  create,
  start,
  stop,
  suspend,
  deleteCluster,
  list,
  status,
  kubeconfig,
  node,
  ssh,
  cp,
  resize,
  console,
  snapshot,
  exportObjects,
  loadImage,
  box,
  serve,
  completion,
];

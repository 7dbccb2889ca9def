import type { Progress } from '../machines/contract.ts';
import { addBox } from './addBox.ts';
import { buildBoxes, type BoxHost, type BoxRequest, type BuiltBox } from './buildBox.ts';

/** The boxes that this computer makes. */
export interface BoxBuilder {
  build(
    request: Omit<BoxRequest, 'output'> & { readonly output?: string },
    progress: Progress,
    signal: AbortSignal,
  ): Promise<readonly BuiltBox[]>;
  /** Makes it known to Vagrant, unless it is. */
  add(box: BuiltBox, progress: Progress, signal: AbortSignal): Promise<void>;
}

/** `folder`: where boxes go unless a request says otherwise. */
export function createBoxBuilder(host: BoxHost, folder: string): BoxBuilder {
  return {
    build: (request, progress, signal) =>
      buildBoxes(host, { ...request, output: request.output ?? folder }, progress, signal),
    add: (box, progress, signal) => addBox(host.processes, box, progress, signal),
  };
}

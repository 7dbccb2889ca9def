import { buildBoxes, type BoxHost, type BoxRequest, type BuiltBox } from './buildBox.ts';
import { takeBox } from './takeBox.ts';
import type { Progress } from '../machines/contract.ts';

/** The boxes that this computer has of its own: built here, or brought here. */
export interface BoxBuilder {
  build(
    request: Omit<BoxRequest, 'output'> & { readonly output?: string },
    progress: Progress,
    signal: AbortSignal,
  ): Promise<readonly BuiltBox[]>;
  /** Takes over a box's file that was built on another computer. */
  take(file: string): Promise<BuiltBox>;
}

/** `folder`: where boxes go unless a request says otherwise. */
export function createBoxBuilder(host: BoxHost, folder: string): BoxBuilder {
  return {
    build: (request, progress, signal) =>
      buildBoxes(host, { ...request, output: request.output ?? folder }, progress, signal),
    take: (file) => takeBox(file, folder, host.architecture),
  };
}

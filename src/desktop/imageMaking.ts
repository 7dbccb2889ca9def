import { debianArchives } from '../cluster/debian/sources.ts';
import type { NodeImageOptions } from '../cluster/machines/docker/nodeImage.ts';
import { systemProcesses } from '../host/processes.ts';
import { desktopTurns } from './cache.ts';
import { chosenDebianMirror } from './debianMirror.ts';

/** What images of an engine are made with on this desktop; `debianMirror` as a setting says it. */
export function imageMaking(debianMirror = ''): Omit<NodeImageOptions, 'docker' | 'files'> {
  const mirror = chosenDebianMirror(debianMirror, process.env);
  return {
    processes: systemProcesses,
    turns: desktopTurns(),
    archives: () => debianArchives(mirror),
    mirror,
  };
}

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentPaths, podDirectory } from '../paths.ts';
import { identityOf, logDirectoryName } from '../pods/identity.ts';
import type { PodHook } from './contract.ts';
import { unmountBelow } from '../volumes/mounts.ts';

/** The pod's directory with all that other hooks put into it, and its directory for logs. */
export function dataDirectoriesHook(paths: AgentPaths): PodHook {
  return {
    name: 'dataDirectories',
    async prepare(pod) {
      const { uid } = pod.metadata;
      await mkdir(join(podDirectory(paths, uid), 'containers'), { recursive: true, mode: 0o750 });
      await mkdir(join(podDirectory(paths, uid), 'volumes'), { recursive: true, mode: 0o750 });
      await mkdir(join(paths.logs, logDirectoryName(identityOf(pod))), { recursive: true, mode: 0o755 });
    },
    async undo({ uid }) {
      const directory = podDirectory(paths, uid);
      // Never delete through a mount: what is mounted here may be anything of the host's.
      await unmountBelow(directory);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

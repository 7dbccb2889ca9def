import { constants } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AgentPaths, podDirectory } from '../paths.ts';
import { logDirectoryName, messagePolicyOf, type PodIdentity } from '../pods/identity.ts';
import type { PodFiles } from '../pods/podFiles.ts';
import { readLogTail } from '../server/logTail.ts';
import type { ContainerHook } from './contract.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const DEFAULT_PATH = '/dev/termination-log';
/** kubelet's limits for a message from the file and from the log (kubecontainer `MaxContainerTerminationMessage…`). */
const MESSAGE_LIMIT = 4096;
const LOG_LIMIT = { bytes: 2048, lines: 80 } as const;

const messageFile = (paths: AgentPaths, uid: string, container: string, attempt: number): string =>
  join(podDirectory(paths, uid), 'containers', container, String(attempt));

/** A file per container instance that it may write its last words to. */
export function terminationLogHook(paths: AgentPaths): ContainerHook {
  return {
    name: 'terminationLog',
    async apply({ pod, container, attempt, sandbox }, { config }) {
      const path = messageFile(paths, pod.metadata.uid, container.name, attempt);
      await mkdir(dirname(path), { recursive: true, mode: 0o750 });
      const file = await open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW);
      // The container may run as any user. The umask would remove bits from a mode that is given to `open`.
      try {
        const root = sandbox.users?.hostId;
        if (root !== undefined) await file.chown(root, root);
        await file.chmod(0o666);
      } finally {
        await file.close();
      }
      const containerPath = container.terminationMessagePath ?? DEFAULT_PATH;
      config.mounts.push({ containerPath, hostPath: path, readOnly: false, propagation: 'private' });
    },
  };
}

export function podFilesAt(paths: AgentPaths): PodFiles {
  return {
    async terminationMessage({ uid }, instance) {
      const path = messageFile(paths, uid, instance.name, instance.attempt);
      const message = await readHead(path, MESSAGE_LIMIT);
      const isFallback = messagePolicyOf(instance) === 'FallbackToLogsOnError';
      if (message !== '' || !isFallback || instance.exitCode === 0) return message;
      return readLogTail(instance.logPath, LOG_LIMIT).catch(() => '');
    },
    removeLogs: (pod: PodIdentity) =>
      rm(join(paths.logs, logDirectoryName(pod)), { recursive: true, force: true }),
  };
}

async function readHead(path: string, limit: number): Promise<string> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(limit), 0, limit, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

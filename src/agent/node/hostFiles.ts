import type { Logger } from '../../base/logger.ts';
import { readText, removeAll, writeWhole } from '../../host/files.ts';
import type { HostFiles, NodeFiles } from '../../protocol/agentLink.ts';

export interface HostFilesOptions {
  readonly files: Pick<NodeFiles, 'proxy' | 'certificates' | 'containerdPid'>;
  /** Asks a process to end. */
  readonly end: (pid: number) => void;
  readonly logger: Logger;
}

/**
 * Takes over how the desktop reaches the world. containerd reads that as it starts, and is started again where something
 * has changed: pods outlive it. On a machine with systemd `wheelhouse-host.path` sees to that, in a container the entry
 * point, which starts containerd again when it ends.
 */
export function createHostFiles(options: HostFilesOptions): (wanted: HostFiles) => Promise<void> {
  const { files, end, logger } = options;
  let last: Promise<unknown> = Promise.resolve();

  const take = async ({ proxy, certificates }: HostFiles): Promise<void> => {
    // Certificates first: what sees the proxies change takes both.
    const changed = [
      await put(files.certificates, certificates, 0o644),
      await put(files.proxy, proxy, 0o600),
    ];
    if (!changed.includes(true)) return;
    logger.info('proxies or certificates of the desktop have changed');
    const pid = Number(await readText(files.containerdPid));
    if (pid > 0) end(pid);
  };
  return (wanted) => {
    const taken = last.then(() => take(wanted));
    last = taken.catch(() => undefined);
    return taken;
  };
}

/** Tells whether the file had to be changed. */
async function put(file: string, content: string | undefined, mode: number): Promise<boolean> {
  if ((await readText(file)) === content) return false;
  if (content === undefined) await removeAll(file);
  else await writeWhole(file, content, mode);
  return true;
}

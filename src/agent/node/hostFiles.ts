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
 * Takes over how the desktop reaches the world. containerd reads certificates at every pull, and proxies as it starts: it
 * is started again where these have changed, and pods outlive that. On a machine with systemd `wheelhouse-host.path` sees
 * to it, in a container the entry point, which starts containerd again when it ends.
 */
export function createHostFiles(options: HostFilesOptions): (wanted: HostFiles) => Promise<void> {
  const { files, end, logger } = options;
  let last: Promise<unknown> = Promise.resolve();

  const take = async ({ proxy, certificates }: HostFiles): Promise<void> => {
    if (await put(files.certificates, certificates, 0o644)) {
      logger.info('certificates of the desktop have changed');
    }
    if (!(await put(files.proxy, proxy, 0o600))) return;
    logger.info('proxies of the desktop have changed');
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

import type { ProcessRunner } from '../../../host/processes.ts';
import type { ImageService } from '../contract.ts';

export type ImageMounts = Pick<ImageService, 'mount' | 'unmount'>;

/**
 * Images at directories of the node by containerd's own client, which makes a view of an image's layers and mounts that:
 * CRI has no verb for it. The view is named after the directory, and nobody can write to it. Upstream's runtimes mount it
 * `noexec` too: a bind mount that CRI makes of it would not keep that.
 */
export function imageMounts(processes: Pick<ProcessRunner, 'run'>, socketPath: string): ImageMounts {
  const ctr = (...args: string[]): Promise<unknown> =>
    processes.run('ctr', ['--address', socketPath, '--namespace', 'k8s.io', ...args]);
  const unmount = async (directory: string): Promise<void> => {
    await ctr('images', 'unmount', '--rm', directory);
    // It outlasts a restart in the middle of a mount, and nothing else: the view is held by what is mounted.
    await ctr('leases', 'rm', directory).catch(() => undefined);
  };
  return {
    async mount(id, directory) {
      try {
        await ctr('images', 'mount', id, directory);
      } catch (error) {
        await unmount(directory).catch(() => undefined);
        throw error;
      }
    },
    unmount,
  };
}

import type { Progress } from '../contract.ts';
import type { Hypervisor } from './hypervisors/contract.ts';
import { installedBoxes, usedVersions } from './installedBoxes.ts';
import { compareVersions } from './versions.ts';

export interface OldBoxesOptions {
  readonly vagrantHome: string;
  /** Undefined where it keeps nothing of boxes beside Vagrant. */
  readonly hypervisor: Pick<Hypervisor, 'removeShared'> | undefined;
  /** Runs `vagrant` with these arguments. */
  readonly vagrant: (args: readonly string[]) => Promise<void>;
}

/**
 * Removes the versions of a box that are older than `version` and that no machine of this user needs, with what the
 * hypervisor has of them. What cannot be removed stays, and is told.
 */
export async function removeOldBoxes(
  { vagrantHome, hypervisor, vagrant }: OldBoxesOptions,
  { name, version, provider }: { readonly name: string; readonly version: string; readonly provider: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const installed = await installedBoxes(vagrantHome, name, provider);
  const older = installed.filter((box) => compareVersions(box.version, version) < 0);
  if (older.length === 0) return;
  const say = (message: string): void => progress.report({ machine: '', message });
  const used = await usedVersions(vagrantHome, name, provider);
  for (const box of older) {
    signal.throwIfAborted();
    if (used.has(box.version)) {
      say(`Box ${name} ${box.version} stays: machines are made of it`);
      continue;
    }
    try {
      await hypervisor?.removeShared?.({ name, version: box.version, folder: box.folder });
      await vagrant(['box', 'remove', name, '--provider', provider, '--box-version', box.version, '--force']);
      say(`Box ${name} ${box.version} is removed: nothing uses it any more`);
    } catch (error) {
      signal.throwIfAborted();
      say(
        `Box ${name} ${box.version} could not be removed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

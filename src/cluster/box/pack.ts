import path from 'node:path';
import { makeFolder, removeAll } from '../../host/files.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import { sha256 } from './catalogue.ts';
import type { BoxArchitecture, BoxFormat, Disk } from './contract.ts';

/** Writes one box out of the disk, as a whole or not at all; resolves with its digest. `folder` is the builder's own. */
export async function packBox(
  processes: ProcessRunner,
  format: BoxFormat,
  architecture: BoxArchitecture,
  { disk, folder, target }: { readonly disk: Disk; readonly folder: string; readonly target: string },
  signal: AbortSignal,
): Promise<string> {
  const parts = path.join(folder, format.provider);
  const unfinished = `${target}.${process.pid}.new`;
  try {
    await makeFolder(parts);
    const names = await format.write(disk, architecture, parts);
    await processes.run('tar', ['-cf', unfinished, '-C', parts, ...names], { signal });
    const checksum = await sha256(unfinished);
    await processes.run('mv', ['-f', unfinished, target], { signal });
    return checksum;
  } finally {
    await removeAll(unfinished);
    await removeAll(parts);
  }
}

// Disks: converted, resized, exported.
import { randomUUID } from 'node:crypto';
import { findMachine, option } from './machines.ts';
import { Refusal } from './state.ts';
import type { Played } from './played.ts';

/** Reads QCOW (version 2 and 3) as the real one does, and writes VDI and VMDK. */
export async function convertMedium(played: Played, args: readonly string[]): Promise<string> {
  const [from = '', to = ''] = args.filter((arg) => arg !== 'disk');
  const format = option(args, '--format') ?? 'VDI';
  if (!['VDI', 'VMDK', 'VHD', 'RAW'].includes(format))
    throw new Refusal(`Cannot find the storage format '${format}'`);
  const bytes = await played.engine.convert(from, to, format);
  const id = randomUUID();
  played.state.disks.push({ id, parent: 'base', file: to, bytes });
  return `0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\nClone medium created in format '${format}'. UUID: ${id}\n`;
}

export async function resizeMedium(played: Played, args: readonly string[]): Promise<string> {
  const [file = ''] = args.filter((arg) => arg !== 'disk');
  const mebibytes = option(args, '--resize');
  const bytes = option(args, '--resizebyte');
  const wanted = bytes === undefined ? Number(mebibytes) * 2 ** 20 : Number(bytes);
  if (!file.toLowerCase().endsWith('.vdi')) {
    throw new Refusal(
      'Resize medium operation for this format is not implemented yet!',
      'Details: code VBOX_E_NOT_SUPPORTED (0x80bb0009), component MediumWrap, interface IMedium',
    );
  }
  await played.engine.resize(file, wanted);
  const index = played.state.disks.findIndex((disk) => disk.file === file || disk.id === file);
  const disk = played.state.disks[index];
  if (disk !== undefined) played.state.disks.splice(index, 1, { ...disk, bytes: wanted });
  return '0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\n';
}

export function showMedium(played: Played, args: readonly string[]): string {
  const wanted = args.at(-1) ?? '';
  const disk = played.state.disks.find(({ id, file }) => id === wanted || file === wanted);
  if (disk === undefined) {
    throw new Refusal(
      `Could not find file for the medium '${wanted}' (VERR_FILE_NOT_FOUND)`,
      'Details: code VBOX_E_FILE_ERROR (0x80bb0004), component MediumWrap, interface IMedium, callee nsISupports',
    );
  }
  return `UUID:           ${disk.id}\nParent UUID:    ${disk.parent}\nState:          created\nType:           normal (base)\nLocation:       ${disk.file}\nStorage format: VMDK\nFormat variant: differencing default\nCapacity:       ${Math.floor(disk.bytes / 2 ** 20)} MBytes\nEncryption:     disabled\n`;
}

export async function exportMachine(played: Played, args: readonly string[]): Promise<string> {
  const machine = findMachine(played.state, args[0] ?? '');
  const target = option(args, '--output') ?? option(args, '-o') ?? '';
  const disk = played.state.disks.find(({ id }) => id === machine.disk);
  await played.engine.exportMachine(machine, disk?.file ?? '', target);
  return '0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\nSuccessfully exported 1 machine(s).\n';
}

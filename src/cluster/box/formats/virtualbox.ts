import path from 'node:path';
import { writeWhole } from '../../../host/files.ts';
import type { ProcessRunner } from '../../../host/processes.ts';
import type { BoxArchitecture, BoxFormat } from '../contract.ts';
import { ovf } from './ovf.ts';

export const BOX_DISK = 'box-disk001.vmdk';
/** Every machine gets one of its own as it is made of the box. */
const BASE_MAC = '080027A0DE57';

/** https://developer.hashicorp.com/vagrant/docs/providers/virtualbox/boxes: an exported machine and its base MAC. */
export function virtualboxFormat(processes: ProcessRunner, signal: AbortSignal): BoxFormat {
  return {
    provider: 'virtualbox',
    architectures: ['amd64', 'arm64'],
    tools: { 'qemu-img': 'qemu-utils' },
    async write(disk, architecture, folder) {
      const image = path.join(folder, BOX_DISK);
      const options = ['-f', 'raw', '-O', 'vmdk', '-o', 'subformat=streamOptimized'];
      await processes.run('qemu-img', ['convert', ...options, disk.path, image], { signal });
      return virtualboxFiles(folder, architecture, disk.bytes);
    },
  };
}

/** Writes the files beside the disk, which has so many bytes; resolves with the names of all, in their order. */
export async function virtualboxFiles(
  folder: string,
  architecture: BoxArchitecture,
  bytes: number,
): Promise<readonly string[]> {
  const description = { name: 'wheelhouse-node', architecture, disk: { file: BOX_DISK, bytes } };
  await writeWhole(path.join(folder, 'box.ovf'), ovf(description));
  const metadata = { provider: 'virtualbox', architecture };
  await writeWhole(path.join(folder, 'metadata.json'), JSON.stringify(metadata));
  await writeWhole(path.join(folder, 'Vagrantfile'), VAGRANTFILE);
  return ['metadata.json', 'Vagrantfile', 'box.ovf', BOX_DISK];
}

/** What concerns the box alone; a Vagrantfile that uses it has the last word. */
const VAGRANTFILE = `Vagrant.configure("2") do |config|
  config.vm.base_mac = "${BASE_MAC}"
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.vm.provider :virtualbox do |virtualbox|
    # The box's kernel is made for virtual machines: it has no driver of an emulated card.
    virtualbox.default_nic_type = "virtio"
    virtualbox.check_guest_additions = false
  end
end
`;

import path from 'node:path';
import { writeWhole } from '../../../host/files.ts';
import type { ProcessRunner } from '../../../host/processes.ts';
import type { BoxArchitecture, BoxFormat } from '../contract.ts';

const GIBIBYTE = 1024 ** 3;

/** https://vagrant-libvirt.github.io/vagrant-libvirt/boxes.html: a qcow2 image and its virtual size in GiB. */
export function libvirtFormat(processes: ProcessRunner, signal: AbortSignal): BoxFormat {
  return {
    provider: 'libvirt',
    architectures: ['amd64', 'arm64'],
    tools: { 'qemu-img': 'qemu-utils' },
    async write(disk, architecture, folder) {
      const image = path.join(folder, 'box.img');
      await processes.run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', disk.path, image], { signal });
      const files = libvirtBox(disk.bytes, architecture);
      for (const [name, text] of Object.entries(files)) await writeWhole(path.join(folder, name), text);
      return [...Object.keys(files), 'box.img'];
    },
  };
}

/** The files beside the image `box.img`, whose disk has so many bytes. */
export function libvirtBox(bytes: number, architecture?: BoxArchitecture): Readonly<Record<string, string>> {
  const metadata = {
    provider: 'libvirt',
    format: 'qcow2',
    virtual_size: Math.ceil(bytes / GIBIBYTE),
    ...(architecture === undefined ? {} : { architecture }),
  };
  return { 'metadata.json': JSON.stringify(metadata), Vagrantfile: VAGRANTFILE };
}

/** What concerns the box alone; a Vagrantfile that uses it has the last word. */
const VAGRANTFILE = `Vagrant.configure("2") do |config|
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.vm.provider :libvirt do |libvirt|
    libvirt.random model: "random"
    libvirt.graphics_type = "none"
    libvirt.video_type = "none"
  end
end
`;

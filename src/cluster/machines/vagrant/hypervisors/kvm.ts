import { readText } from '../../../../host/files.ts';
import type { PreflightProblem } from '../../contract.ts';
import { compareVersions } from '../versions.ts';

/** What Linux' own hypervisor does with the processors. */
export interface KvmFacts {
  /** The kernel's version. */
  readonly kernel: string;
  /** Of `kvm_intel` and `kvm_amd`, the one that is loaded. */
  readonly module: string | undefined;
  /** Its setting `enable_virt_at_load` (Linux 6.12 and later): it holds the processors as long as it is loaded. */
  readonly atLoad: boolean | undefined;
}

export async function readKvm(root = '/'): Promise<KvmFacts> {
  const read = async (file: string): Promise<string | undefined> =>
    (await readText(`${root}${file}`))?.trim();
  const loaded = (await read('proc/modules')) ?? '';
  const atLoad = await read('sys/module/kvm/parameters/enable_virt_at_load');
  return {
    kernel: (await read('proc/sys/kernel/osrelease')) ?? '',
    module: /^(kvm_intel|kvm_amd) /m.exec(loaded)?.[1],
    atLoad: atLoad === undefined ? undefined : atLoad === 'Y' || atLoad === '1',
  };
}

/** The first that asks KVM for the processors instead of taking them; the kernel lets it do so from that version on. */
const ASKS_KVM = { virtualBox: '7.2.10', kernel: '6.16' };
const OPTION_FILE = '/etc/modprobe.d/virtualbox.conf';

/** What keeps VirtualBox from the processors while KVM is loaded, with what cures it for this version and kernel. */
export function kvmProblem(
  virtualBox: string,
  { kernel, module, atLoad }: KvmFacts,
): PreflightProblem | undefined {
  if (module === undefined || atLoad === undefined) return undefined;
  const asks =
    compareVersions(virtualBox, ASKS_KVM.virtualBox) >= 0 && compareVersions(kernel, ASKS_KVM.kernel) >= 0;
  if (asks && !atLoad) {
    return {
      what: `KVM was told to leave the processors alone (enable_virt_at_load=0), and VirtualBox ${virtualBox} gets them from it`,
      remedy:
        'Remove that setting from /etc/modprobe.d and the kernel’s command line, then run: sudo update-initramfs -u, and restart.',
    };
  }
  if (asks || !atLoad) return undefined;
  return {
    what: `Linux’ KVM holds the processors’ virtualization (kernel ${kernel}), and VirtualBox ${virtualBox} cannot share it`,
    remedy:
      `Until the next restart: sudo modprobe -r ${module} kvm. For good: echo 'options kvm enable_virt_at_load=0' | ` +
      `sudo tee ${OPTION_FILE} && sudo update-initramfs -u, then restart` +
      (compareVersions(kernel, ASKS_KVM.kernel) >= 0
        ? `; or install VirtualBox ${ASKS_KVM.virtualBox} or later.`
        : '.'),
  };
}

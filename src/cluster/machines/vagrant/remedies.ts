/** What Vagrant and hypervisors say when they fail, with the way out. The first that matches counts. */
const REMEDIES: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  // What node-pty writes where the program is not there.
  [
    /execvp\(3\) failed/,
    'Install Vagrant (https://developer.hashicorp.com/vagrant/install), and make sure that it is on the PATH.',
  ],
  [
    /VERR_VMX_IN_VMX_ROOT_MODE|VERR_SVM_IN_USE|being used by another hypervisor/i,
    'Another hypervisor holds the processors’ virtualization: on Linux that is KVM from kernel 6.12 on (“wheelhouse preflight --machines vagrant” says what cures it for your VirtualBox), elsewhere another program with virtual machines: close it.',
  ],
  [
    /VERR_SVM_HOST_SVME_NOT_ENABLED|VERR_VMX_HOST_VMXE_NOT_ENABLED|Host API has not enabled/i,
    'VirtualBox gets the processors from KVM, which was told to leave them alone: remove enable_virt_at_load=0 from /etc/modprobe.d and the kernel’s command line, then restart.',
  ],
  [
    /VT-x is (not available|disabled)|AMD-V is (not available|disabled)|VERR_(VMX|SVM)|HV_UNSUPPORTED|NO_VMX/i,
    'Turn on virtualization (VT-x, AMD-V, SVM) in the computer’s firmware, or use container nodes.',
  ],
  [
    /host-only network is not within the\s+allowed ranges/i,
    'Choose a network within 192.168.56.0/21, or allow the range in /etc/vbox/networks.conf (a line “* 10.0.0.0/8”, for example).',
  ],
  [
    /kernel driver not installed|vboxdrv|VBoxNetAdpCtl|Failed to create the host-only adapter|NS_ERROR_FAILURE.*HostOnly/i,
    'VirtualBox’s kernel modules are not loaded: reinstall VirtualBox (on Linux: sudo /sbin/vboxconfig; on macOS: allow its extension in the system settings).',
  ],
  [
    /remote catalog|could not be (found or|downloaded)|Couldn't (open file|resolve host)|error occurred while downloading/i,
    'The box cannot be downloaded: the public registry of Vagrant boxes ends with 2026. Build one on Debian or Ubuntu (wheelhouse box build), copy its file here where that is another computer, and run: wheelhouse box add FILE.',
  ],
  [
    /doesn't support the provider|box you're attempting to add/i,
    'Choose a box that was made for this provider, or build one with “wheelhouse box build”.',
  ],
  [
    /Timed out while waiting for the machine to boot/i,
    'The machine did not answer in time: look at its console, give it more memory, or start fewer machines at a time.',
  ],
  [
    /provider '[^']+' could not be found|plugin.*is not installed|unknown configuration section/i,
    'Install the provider’s plugin: vagrant plugin install vagrant-libvirt (or vagrant-vmware-desktop, vagrant-parallels).',
  ],
  [
    /No usable default provider|reporting that it\s+isn't usable|version of VirtualBox installed\s+that is not supported/i,
    'Install a version of the provider that this Vagrant knows, or a newer Vagrant.',
  ],
  [
    /libvirt-sock|Call to virConnectOpen failed|authentication unavailable|polkit/i,
    'Start libvirt (sudo systemctl start libvirtd) and add your user to its group (sudo usermod -aG libvirt "$USER"), then log in again.',
  ],
  [/No space left on device|VERR_DISK_FULL|not enough (disk )?space/i, 'Free some disk space and try again.'],
  [
    /Cannot allocate memory|not enough memory|VERR_NO_MEMORY|cannot set up guest memory/i,
    'Close other programs or machines, or give the nodes less memory.',
  ],
  [
    /another process is (already )?executing an action/i,
    'Another Vagrant works on this machine: wait until it has ended, then try again.',
  ],
  [
    /port.*(already in use|collision)/i,
    'Another program uses the port: stop it, or give the node another address in cluster.yaml.',
  ],
];

export function remedyFor(output: string): string {
  const flat = output.replace(/\s+/g, ' ');
  return REMEDIES.find(([pattern]) => pattern.test(output) || pattern.test(flat))?.[1] ?? '';
}

import assert from 'node:assert/strict';
import { remedyFor } from './remedies.ts';

describe('remedies', () => {
  for (const [said, remedy] of [
    ['VBoxManage: error: VT-x is not available (VERR_VMX_NO_VMX)', /virtualization/],
    [
      'The IP address configured for the host-only network is not within the\nallowed ranges.',
      /networks\.conf/,
    ],
    [
      "The box 'bento/debian-13' could not be found or\ncould not be accessed in the remote catalog.",
      /box build/,
    ],
    [
      "The box you're attempting to add doesn't support the provider\nyou requested.",
      /made for this provider/,
    ],
    ['Timed out while waiting for the machine to boot. This means that', /console/],
    ["The provider 'libvirt' could not be found, but was requested", /plugin install vagrant-libvirt/],
    [
      'Call to virConnectOpen failed: authentication unavailable: no polkit agent',
      /group \(sudo usermod -aG libvirt/,
    ],
    [
      "The provider 'virtualbox' that was requested is reporting that it\nisn't usable on this system",
      /newer Vagrant/,
    ],
    ['qemu-img: error while writing: No space left on device', /disk space/],
    ['cannot set up guest memory pc.ram: Cannot allocate memory', /less memory/],
    [
      "An action 'up' was attempted on the machine 'n1',\nbut another process is already executing an action on the machine.",
      /Another Vagrant/,
    ],
    ['execvp(3) failed.: No such file or directory', /Install Vagrant/],
  ] as const) {
    it(`“${said.split('\n')[0]}”: what to do is known`, () => assert.match(remedyFor(said), remedy));
  }

  it('of what nobody has seen before nothing is said', () => {
    assert.equal(remedyFor('segmentation fault'), '');
  });
});

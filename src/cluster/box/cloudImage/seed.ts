import { isoImage } from './iso.ts';

/** What cloud-init reads at the first boot of a cloud image: it lets Vagrant in, who does the rest. */
export function seedImage(keys: readonly string[]): Uint8Array {
  const userData = [
    '#cloud-config',
    'users:',
    '  - name: vagrant',
    '    shell: /bin/bash',
    '    sudo: ALL=(ALL) NOPASSWD:ALL',
    '    lock_passwd: true',
    '    ssh_authorized_keys:',
    ...keys.flatMap((text) => text.split('\n').filter((line) => line !== '')).map((key) => `      - ${key}`),
    'package_update: false',
    'package_upgrade: false',
    '',
  ].join('\n');
  return isoImage('cidata', [
    { name: 'meta-data', content: Buffer.from('instance-id: wheelhouse-prepare\nlocal-hostname: debian\n') },
    { name: 'user-data', content: Buffer.from(userData) },
  ]);
}

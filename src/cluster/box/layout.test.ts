import assert from 'node:assert/strict';
import { mke2fsArgs } from './disk.ts';
import { biosBoot, layouts, sfdiskScript } from './layout.ts';

const GIBIBYTE = 1024 ** 3;

describe('the layout of disks', () => {
  it('leaves a megabyte before the one partition for BIOS', () => {
    assert.equal(
      sfdiskScript(layouts.amd64, 4 * GIBIBYTE),
      'label: dos\nstart=2048, size=4095MiB, type=linux, bootable\n',
    );
  });

  it('has an EFI system partition before the root for UEFI, and room for the second partition table', () => {
    assert.equal(
      sfdiskScript(layouts.arm64, 4 * GIBIBYTE),
      'label: gpt\nstart=2048, size=64MiB, type=uefi\nstart=133120, size=4030MiB, type=linux\n',
    );
  });

  it('fills the root partition with its file system', () => {
    for (const { root } of Object.values(layouts)) {
      const args = mke2fsArgs({ path: 'disk', bytes: GIBIBYTE }, 'files', root);
      assert.equal(args.at(-1), `${(GIBIBYTE - root.start - root.tail) / 1024}k`);
      assert.ok(args.some((arg) => arg.startsWith(`offset=${root.start},`)));
    }
  });

  it('puts GRUB around the partition table, and refuses what does not fit before the partition', () => {
    const [boot, core] = biosBoot(new Uint8Array(512), new Uint8Array(2000));
    assert.deepEqual([boot?.offset, boot?.content.length], [0, 440]);
    assert.deepEqual([core?.offset, core?.content.length], [512, 2000]);
    assert.throws(() => biosBoot(new Uint8Array(512), new Uint8Array(1024 * 1024)), /does not fit/);
  });
});

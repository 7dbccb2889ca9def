import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeWhole } from '../../../../host/files.ts';
import { kvmProblem, readKvm, type KvmFacts } from './kvm.ts';

const loaded: KvmFacts = { kernel: '6.14.0-24-generic', module: 'kvm_intel', atLoad: true };

describe('KVM beside VirtualBox', () => {
  it('is in the way from Linux 6.12 on, with what cures it for the version', () => {
    const problem = kvmProblem('7.1.10', loaded);
    assert.match(
      problem?.what ?? '',
      /KVM holds the processors’ virtualization \(kernel 6\.14\.0-24-generic\)/,
    );
    assert.match(problem?.remedy ?? '', /modprobe -r kvm_intel kvm.*enable_virt_at_load=0.*restart\.$/);
    // One that asks KVM cannot do so before 6.16.
    assert.match(kvmProblem('7.2.14', loaded)?.remedy ?? '', /enable_virt_at_load=0/);
    assert.match(
      kvmProblem('7.1.10', { ...loaded, kernel: '6.17.0' })?.remedy ?? '',
      /or install VirtualBox 7\.2\.10 or later/,
    );
  });

  it('is asked by VirtualBox 7.2.10 and later, which then wants it to have them', () => {
    const newer = { ...loaded, kernel: '6.17.0-35-generic' };
    assert.equal(kvmProblem('7.2.10', newer), undefined);
    assert.match(kvmProblem('7.2.10', { ...newer, atLoad: false })?.remedy ?? '', /Remove that setting/);
    assert.equal(kvmProblem('7.2.8', { ...newer, atLoad: false }), undefined);
  });

  it('is not in the way where it is not loaded, and of older kernels', () => {
    assert.equal(kvmProblem('7.1.10', { ...loaded, module: undefined }), undefined);
    assert.equal(kvmProblem('7.1.10', { ...loaded, kernel: '6.8.0', atLoad: undefined }), undefined);
  });

  it('is read where the kernel tells', async () => {
    const root = `${await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-kvm-'))}/`;
    assert.deepEqual(await readKvm(root), { kernel: '', module: undefined, atLoad: undefined });
    await writeWhole(`${root}proc/modules`, 'snd 1 0\nkvm_amd 237568 0\nkvm 1351680 1 kvm_amd, Live 0x0\n');
    await writeWhole(`${root}proc/sys/kernel/osrelease`, '6.12.7\n');
    await writeWhole(`${root}sys/module/kvm/parameters/enable_virt_at_load`, 'Y\n');
    assert.deepEqual(await readKvm(root), { kernel: '6.12.7', module: 'kvm_amd', atLoad: true });
    await rm(root, { recursive: true });
  });
});

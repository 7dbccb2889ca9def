import assert from 'node:assert/strict';
import { fakeProcesses } from '../../../test/harness/fakeProcesses.ts';
import { addBox } from './addBox.ts';

const { signal } = new AbortController();
const progress = { report: () => undefined };
const box = {
  name: 'wheelhouse/node',
  version: '20261122.7',
  provider: 'libvirt' as const,
  catalogue: '/boxes/wheelhouse-node.json',
};
const listed = (provider: string, version: string): string =>
  ['box-name,wheelhouse/node', `box-provider,${provider}`, `box-version,${version}`]
    .map((data) => `1700000000,,${data}`)
    .join('\n');

describe('addBox()', () => {
  it('adds the version for the provider from the catalogue', async () => {
    const others = [listed('virtualbox', '20261122.7'), listed('libvirt', '20261121.7')].join('\n');
    const processes = fakeProcesses((line) => (line.includes('box list') ? others : ''));
    await addBox(processes, box, progress, signal);
    assert.equal(
      processes.lines.at(-1),
      'vagrant box add /boxes/wheelhouse-node.json --provider libvirt --box-version 20261122.7',
    );
  });

  it('leaves a box alone that Vagrant knows', async () => {
    const processes = fakeProcesses(() => listed('libvirt', '20261122.7'));
    await addBox(processes, box, progress, signal);
    assert.equal(processes.lines.length, 1);
  });

  it('says what to do where there is no Vagrant', async () => {
    await assert.rejects(
      addBox(
        fakeProcesses(() => undefined),
        box,
        progress,
        signal,
      ),
      /vagrant is not installed. Install it, or leave --add away/,
    );
  });
});

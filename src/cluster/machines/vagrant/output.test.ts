import assert from 'node:assert/strict';
import { failureOf, isQuestion, isSecret, OutputLines, OutputStages } from './output.ts';

/** All lines that an output gives when it comes in these pieces. */
function linesOf(...pieces: readonly string[]): readonly string[] {
  const output = new OutputLines();
  const lines = pieces.flatMap((piece) => output.push(piece));
  return [...lines, ...[output.end()].filter((line) => line !== '')];
}

describe('Vagrant’s output', () => {
  it('is cut into lines without colours, wherever its pieces end', () => {
    const text = '\u001b[0m==> n1: Importing base box…\u001b[0m\r\n\u001b[1m    n1: Key\u001b[0m\n';
    assert.deepEqual(linesOf(text), ['==> n1: Importing base box…', '    n1: Key']);
    for (let cut = 0; cut <= text.length; cut++) {
      assert.deepEqual(linesOf(text.slice(0, cut), text.slice(cut)), linesOf(text));
    }
  });

  it('gives what was written over as lines of their own', () => {
    const lines = linesOf(
      '\r\u001b[K==> n1: Progress: 10%',
      '\r\u001b[K==> n1: Progress: 90%\r\u001b[K\r\nDone\n',
    );
    assert.deepEqual(lines, ['==> n1: Progress: 10%', '==> n1: Progress: 90%', 'Done']);
  });

  /** The stages that an output tells, with their percentages. */
  const stagesOf = (text: string): readonly string[] => {
    const stages = new OutputStages('lab-1');
    return linesOf(text).flatMap((line) => {
      const step = stages.push(line);
      if (step === undefined) return [];
      return [step.fraction === undefined ? step.message : `${step.message} ${step.fraction * 100}%`];
    });
  };

  it('of VirtualBox tells the stages of a machine, and how far they are', () => {
    // Written by Vagrant 2.3.4's own classes of its output.
    const text = [
      "Bringing machine 'lab-1' up with 'virtualbox' provider...",
      '==> lab-1: Preparing master VM for linked clones...',
      '    lab-1: ',
      '    lab-1: This is a one time operation. Once the master VM is prepared,',
      '    lab-1: it will be used as a base for linked clones, making the creation',
      "==> lab-1: Importing base box 'wheelhouse/node'...",
      '\r\u001b[KProgress: 0%\r\u001b[KProgress: 10%\r\u001b[KProgress: 90%\r\u001b[K==> lab-1: Cloning VM...',
      '\r\u001b[KProgress: 50%\r\u001b[K==> lab-1: Matching MAC address for NAT networking...',
      '==> lab-1: Setting the name of the VM: wheelhouse-lab_lab-1',
      '==> lab-1: Preparing network interfaces based on configuration...',
      '    lab-1: Adapter 1: nat',
      '    lab-1: Adapter 2: hostonly',
      '==> lab-1: Forwarding ports...',
      '    lab-1: 22 (guest) => 22011 (host) (adapter 1)',
      "==> lab-1: Running 'pre-boot' VM customizations...",
      '==> lab-1: Booting VM...',
      '==> lab-1: Waiting for machine to boot. This may take a few minutes...',
      '    lab-1: SSH address: 127.0.0.1:22011',
      '    lab-1: SSH auth method: private key',
      '    lab-1: Warning: Connection reset. Retrying...',
      '==> lab-1: Machine booted and ready!',
      '==> lab-1: Running provisioner: node (shell)...',
      '    lab-1: Running: inline script',
      '',
    ].join('\n');
    assert.deepEqual(stagesOf(text), [
      'Preparing master VM for linked clones',
      "Importing base box 'wheelhouse/node'",
      "Importing base box 'wheelhouse/node' 0%",
      "Importing base box 'wheelhouse/node' 10%",
      "Importing base box 'wheelhouse/node' 90%",
      'Cloning VM',
      'Cloning VM 50%',
      'Matching MAC address for NAT networking',
      'Setting the name of the VM: wheelhouse-lab_lab-1',
      'Preparing network interfaces based on configuration',
      'Forwarding ports',
      "Running 'pre-boot' VM customizations",
      'Booting VM',
      'Waiting for machine to boot. This may take a few minutes',
      'Machine booted and ready!',
      'Running provisioner: node (shell)',
    ]);
  });

  it('of a download tells how far it is, of a domain no settings, and nothing of other machines', () => {
    assert.deepEqual(
      stagesOf(
        '==> lab-1: Adding box\n    lab-1: Progress: 42% (Rate: 3M/s, Estimated time remaining: 0:01)\n',
      ),
      ['Adding box', 'Adding box 42%'],
    );
    assert.deepEqual(stagesOf('==> lab-1:  -- Memory:            1024M\n==> lab-2: Booting VM...\n'), []);
  });

  it('takes an unfinished line that asks for a question, and one about a secret for a secret', () => {
    assert.ok(
      ['Which interface? ', 'Are you sure? [y/N]', 'Password (will be hidden):'].every((text) =>
        isQuestion(text.trim()),
      ),
    );
    assert.ok(!isQuestion('==> n1:'));
    assert.ok(!isQuestion('Progress: 10%'));
    assert.deepEqual(['sudo password:', 'Username:'].map(isSecret), [true, false]);
  });

  it('tells of a failure what is no progress', () => {
    const lines = [
      'Bringing machine up…',
      '==> n1: Importing',
      'Progress: 10%',
      'There was an error',
      'while executing VBoxManage',
    ];
    assert.equal(failureOf(lines), 'There was an error while executing VBoxManage');
    assert.equal(failureOf(['==> n1: alone']), '==> n1: alone');
  });
});

import assert from 'node:assert/strict';
import { failureOf, isQuestion, isSecret, OutputLines, stepOf } from './output.ts';

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

  it('tells what a line says of the machine, and how far it is', () => {
    assert.deepEqual(stepOf('==> n1: Waiting for machine to boot.', 'n1'), {
      message: 'Waiting for machine to boot.',
    });
    assert.deepEqual(stepOf('    n1: Progress: 42% (Rate: 3M/s)', 'n1'), {
      message: 'Progress: 42% (Rate: 3M/s)',
      fraction: 0.42,
    });
    assert.equal(stepOf('==> n2: Waiting', 'n1'), undefined);
    assert.equal(stepOf('==> n1:  -- Memory:            1024M', 'n1'), undefined);
    assert.equal(stepOf('Bringing machine up', 'n1'), undefined);
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
      'There was an error',
      'while executing VBoxManage',
    ];
    assert.equal(failureOf(lines), 'There was an error while executing VBoxManage');
    assert.equal(failureOf(['==> n1: alone']), '==> n1: alone');
  });
});

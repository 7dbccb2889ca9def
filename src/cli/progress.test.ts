import assert from 'node:assert/strict';
import { lineProgress } from './progress.ts';

describe('lineProgress', () => {
  it('prints each step of each machine once, and every tenth of one that takes long', () => {
    const lines: string[] = [];
    let now = 1_000;
    const progress = lineProgress(
      (line) => lines.push(line),
      () => now,
    );
    progress.report({ machine: '', message: 'Adding the box' });
    now = 2_500;
    for (const fraction of [0, 0.04, 0.11, 0.19, 0.55, 1]) {
      progress.report({ machine: 'n1', message: 'Importing', fraction });
      progress.report({ machine: '', message: 'Adding the box' });
    }
    progress.report({ machine: 'n1', message: 'Booting' });
    assert.deepEqual(lines, [
      '  0.0 s  Adding the box',
      '  1.5 s  n1: Importing',
      '  1.5 s  n1: Importing 10%',
      '  1.5 s  n1: Importing 50%',
      '  1.5 s  n1: Importing 100%',
      '  1.5 s  n1: Booting',
    ]);
  });
});

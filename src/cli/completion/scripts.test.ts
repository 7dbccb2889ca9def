import assert from 'node:assert/strict';
import { scripts } from './scripts.ts';
import { systemProcesses } from '../../host/processes.ts';

/** Stands in for the program: says which words it was given, one a line, or names of files. */
const PROGRAM =
  'wheelhouse() { if [ "$3" = load-image ]; then echo :files; else printf "<%s>\\n" "$@"; fi; }';

async function completed(line: readonly string[], cwd: string): Promise<string> {
  const words = line.map((word) => `'${word}'`).join(' ');
  const script = [
    PROGRAM,
    scripts.bash,
    `COMP_WORDS=(${words}); COMP_CWORD=${line.length - 1}; _wheelhouse`,
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  return (await systemProcesses.run('bash', ['-c', script], { cwd })).stdout.trim();
}

describe('bash completion', () => {
  it('asks with the words up to the cursor, an empty one too', async () => {
    const asked = await completed(['wheelhouse', 'node', 'shell', 'my cluster', ''], import.meta.dirname);
    assert.deepEqual(asked.split('\n'), ['<__complete>', '<-->', '<node>', '<shell>', '<my cluster>', '<>']);
  });

  it('completes names of files where they belong', async () => {
    const line = ['wheelhouse', 'load-image', 'dev', 'scripts.t'];
    const files = (await completed(line, import.meta.dirname)).split('\n');
    assert.deepEqual(files.sort(), ['scripts.test.ts', 'scripts.ts']);
  });
});

import { ProcessError, type ProcessRunner } from '../../src/host/processes.ts';

/** What a command answers: its output, or how it fails; undefined where it is not installed. */
export type FakeAnswer = string | { readonly code: number; readonly stderr: string } | undefined;

/** Commands that a test answers, line by line as in a shell; each is noted. */
export function fakeProcesses(
  answer: (line: string) => FakeAnswer,
): ProcessRunner & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    lines,
    run(command, args) {
      const line = [command, ...args].join(' ');
      lines.push(line);
      const said = answer(line);
      if (typeof said === 'string') return Promise.resolve({ stdout: said, stderr: '' });
      return Promise.reject(
        said === undefined
          ? new ProcessError(command, args, undefined, `spawn ${command} ENOENT`)
          : new ProcessError(command, args, said.code, said.stderr),
      );
    },
    spawn: () => {
      throw new Error('nothing is spawned here');
    },
  };
}

import { createDeferred } from '../../src/base/deferred.ts';
import type { TerminalOptions, TerminalProcess, TerminalRunner } from '../../src/host/terminalProcess.ts';

/** A program on a terminal that a test plays. */
export interface PlayedProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: TerminalOptions;
  /** What was typed. */
  readonly typed: string[];
  readonly signals: string[];
  say(text: string): void;
  exit(code: number): void;
}

/** Terminals whose programs are played by `play`, which is told of every one that starts. */
export function fakeTerminals(
  play: (program: PlayedProgram) => void,
  { terminal = true }: { readonly terminal?: boolean } = {},
): TerminalRunner & { readonly started: readonly PlayedProgram[] } {
  const started: PlayedProgram[] = [];
  return {
    started,
    start(command, args, options): Promise<TerminalProcess> {
      const exited = createDeferred<number>();
      const typed: string[] = [];
      const signals: string[] = [];
      const program: PlayedProgram = {
        command,
        args,
        options,
        typed,
        signals,
        say: (text) => options.onData(Buffer.from(text)),
        exit: (code) => exited.resolve(code),
      };
      started.push(program);
      // Like a real one, it says nothing before its caller has it in hand.
      setImmediate(() => play(program));
      return Promise.resolve({
        terminal,
        pid: 1,
        write: (data) => void typed.push(Buffer.from(data).toString()),
        resize: () => undefined,
        signal: (signal) => {
          signals.push(signal);
          if (signal === 'SIGKILL') exited.resolve(137);
        },
        exited: exited.promise,
      });
    },
  };
}

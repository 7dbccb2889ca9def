import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/disposable.ts';
import { writeWhole } from '../../../host/files.ts';
import type { TerminalProcess, TerminalRunner } from '../../../host/terminalProcess.ts';
import { MachineError, type Progress } from '../contract.ts';
import { failureOf, isQuestion, isSecret, OutputLines, OutputStages } from './output.ts';
import { remedyFor } from './remedies.ts';

/** How long an unfinished line must stand until it is taken for a question. */
const QUESTION_AFTER_MS = 300;
/** After Ctrl-C Vagrant takes back what it has begun; longer than this it is not waited for. */
export const INTERRUPT_GRACE_MS = 20_000;
const MAX_LINES = 20_000;

export interface VagrantCall {
  /** Without `vagrant` itself. */
  readonly args: readonly string[];
  /** The folder of the Vagrantfile. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Whose output it is: lines about it are progress. */
  readonly machine: string;
  readonly progress?: Progress;
  /** What could not be done, for the error: `machine n1 could not be created`. */
  readonly failure: string;
  /** Where the whole output is kept. */
  readonly log?: string;
  /** Every line, as it comes. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs `vagrant` on a terminal (on Windows on pipes): its progress is told, its questions are asked. Aborting interrupts it as Ctrl-C does,
 * then ends it with all that it started; either way the call rejects with the signal's reason when it is gone.
 */
export class VagrantCommand {
  readonly #terminals: TerminalRunner;
  readonly #clock: Clock;
  readonly #env: Readonly<Record<string, string>>;
  readonly #platform: NodeJS.Platform;

  constructor(options: {
    readonly terminals: TerminalRunner;
    readonly clock: Clock;
    readonly platform: NodeJS.Platform;
    /** Beside the process' own. */
    readonly env?: Readonly<Record<string, string>>;
  }) {
    this.#terminals = options.terminals;
    this.#clock = options.clock;
    this.#env = options.env ?? {};
    this.#platform = options.platform;
  }

  /** Resolves with its output's lines when it ends with 0; else it rejects with a MachineError. */
  async run(call: VagrantCall): Promise<readonly string[]> {
    call.signal.throwIfAborted();
    const lines: string[] = [];
    const stages = new OutputStages(call.machine);
    const code = await this.#execute(call, (line) => {
      if (lines.length < MAX_LINES) lines.push(line);
      call.onLine?.(line);
      const step = stages.push(line);
      if (step !== undefined) call.progress?.report({ machine: call.machine, ...step });
    }).finally(async () => {
      if (call.log !== undefined) await writeWhole(call.log, `${lines.join('\n')}\n`, 0o600);
    });
    call.signal.throwIfAborted();
    if (code === 0) return lines;
    const said = failureOf(lines);
    const where = call.log === undefined ? '' : ` All that Vagrant said is in ${call.log}.`;
    throw new MachineError(
      `${call.failure}: ${said === '' ? `vagrant ${call.args.join(' ')} ended with ${code}` : said}`,
      `${remedyFor(lines.join('\n'))}${where}`.trim(),
    );
  }

  async #execute(call: VagrantCall, onLine: (line: string) => void): Promise<number> {
    const output = new OutputLines();
    const decoder = new StringDecoder('utf8');
    const running: { process?: TerminalProcess } = {};
    let pause: Disposable | undefined;
    let asking = false;
    let unanswered: MachineError | undefined;
    const onQuestion = async (question: string): Promise<void> => {
      if (asking) return;
      asking = true;
      try {
        const answer = await call.progress?.ask?.({
          machine: call.machine,
          text: question.trim(),
          secret: isSecret(question),
        });
        if (answer === undefined) {
          unanswered = new MachineError(
            `${call.failure}: Vagrant asked “${question.trim()}”, and nobody answered`,
            `Run it in a terminal: cd ${call.folder} && vagrant ${call.args.join(' ')}`,
          );
          running.process?.signal('SIGINT');
        } else running.process?.write(`${answer}\r`);
      } finally {
        asking = false;
      }
    };
    const process = await this.#start(call, (chunk) => {
      output.push(decoder.write(chunk)).forEach(onLine);
      pause?.dispose();
      const { rest } = output;
      if (isQuestion(rest) && running.process?.terminal === true) {
        pause = this.#clock.timeout(QUESTION_AFTER_MS, () => void onQuestion(rest));
      }
    });
    running.process = process;
    const stopper = stopOnAbort(process, call.signal, this.#clock);
    try {
      const code = await process.exited;
      const rest = output.end();
      if (rest !== '') onLine(rest);
      if (unanswered !== undefined && !call.signal.aborted) throw unanswered;
      return code;
    } finally {
      stopper.dispose();
      pause?.dispose();
    }
  }

  async #start(call: VagrantCall, onData: (chunk: Buffer) => void): Promise<TerminalProcess> {
    const process = await this.#terminals.start('vagrant', [...call.args, '--no-color'], {
      cwd: call.folder,
      env: {
        VAGRANT_CHECKPOINT_DISABLE: '1',
        VAGRANT_CWD: call.folder,
        VAGRANT_VAGRANTFILE: 'Vagrantfile',
        VAGRANT_DOTFILE_PATH: '.vagrant',
        ...this.#env,
        ...call.env,
      },
      // Wide, so that no line is broken. Windows' terminals break and repeat lines all the same.
      columns: 400,
      pipes: this.#platform === 'win32',
      onData,
    });
    return {
      ...process,
      exited: process.exited.catch((error: unknown) => {
        throw notStarted(call, error);
      }),
    };
  }
}

function notStarted(call: VagrantCall, error: unknown): MachineError {
  return new MachineError(
    `${call.failure}: vagrant could not be started`,
    'Install Vagrant (https://developer.hashicorp.com/vagrant/install), and make sure that it is on the PATH.',
    error,
  );
}

function stopOnAbort(process: TerminalProcess, signal: AbortSignal, clock: Clock): Disposable {
  let deadline: Disposable | undefined;
  const onAbort = (): void => {
    process.signal('SIGINT');
    deadline = clock.timeout(INTERRUPT_GRACE_MS, () => process.signal('SIGKILL'));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    dispose: () => {
      signal.removeEventListener('abort', onAbort);
      deadline?.dispose();
    },
  };
}

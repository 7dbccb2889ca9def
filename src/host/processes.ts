import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. */
  readonly input?: string | Uint8Array;
  /** Lines of both outputs as they come. */
  readonly onLine?: (line: string) => void;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs commands on this machine: a parameter wherever one is needed. */
export interface ProcessRunner {
  /** Resolves when it exits with 0; rejects with ProcessError else. Aborting kills it. */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** A process with its streams, for what runs long. */
  spawn(
    command: string,
    args: readonly string[],
    options?: Omit<RunOptions, 'input' | 'onLine'>,
  ): RunningProcess;
}

export interface RunningProcess {
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Its exit code; 128 + n where a signal ended it. */
  readonly exited: Promise<number>;
  kill(signal?: NodeJS.Signals): void;
}

/** A command that failed: it prints as a line that can be pasted into a shell, with what the command said. */
export class ProcessError extends Error {
  override readonly name = 'ProcessError';
  readonly code: number | undefined;
  readonly stderr: string;

  constructor(
    command: string,
    args: readonly string[],
    code: number | undefined,
    stderr: string,
    cause?: unknown,
  ) {
    const line = [command, ...args].map(quote).join(' ');
    const said = stderr.trim().split('\n').slice(-5).join('\n');
    super(
      `${line}: ${code === undefined ? 'could not be started' : `exit code ${code}`}${said === '' ? '' : `: ${said}`}`,
      {
        cause,
      },
    );
    this.code = code;
    this.stderr = stderr;
  }
}

export const systemProcesses: ProcessRunner = {
  async run(command, args, options = {}) {
    const child = spawnChild(command, args, options);
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      let rest = '';
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        output[name] += chunk;
        if (options.onLine === undefined) return;
        const lines = (rest + chunk).split(/\r?\n|\r/);
        rest = lines.pop() ?? '';
        lines.forEach(options.onLine);
      });
      child[name].on('end', () => rest !== '' && options.onLine?.(rest));
    }
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    const code = await exitOf(child).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      throw new ProcessError(
        command,
        args,
        undefined,
        error instanceof Error ? error.message : String(error),
        error,
      );
    });
    options.signal?.throwIfAborted();
    if (code !== 0)
      throw new ProcessError(command, args, code, output.stderr === '' ? output.stdout : output.stderr);
    return output;
  },
  spawn(command, args, options = {}) {
    const child = spawnChild(command, args, options);
    const exited = exitOf(child);
    exited.catch(() => undefined);
    return {
      pid: child.pid,
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      exited,
      kill: (signal = 'SIGTERM') => void child.kill(signal),
    };
  },
};

function spawnChild(
  command: string,
  args: readonly string[],
  options: Omit<RunOptions, 'input' | 'onLine'>,
): ChildProcessWithoutNullStreams {
  return spawn(command, [...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
    ...(options.signal === undefined ? {} : { signal: options.signal, killSignal: 'SIGKILL' as const }),
  });
}

const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGTERM: 15,
};

function exitOf(child: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : (SIGNAL_NUMBERS[signal] ?? 0)));
    });
  });
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Whether a process of this id runs on this machine, as any user. */
export function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

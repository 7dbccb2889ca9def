import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { IPty } from 'node-pty';
import { findCommand, type CommandSearch } from './commandPath.ts';

export interface TerminalOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
  /**
   * Plain pipes, also where a terminal could be had. Windows' terminals (ConPTY) do not hand on what a program writes:
   * they redraw it as a screen, with lines broken, joined and repeated.
   */
  readonly pipes?: boolean;
  /** Output as it comes; of both outputs. */
  readonly onData: (chunk: Buffer) => void;
}

/** A program that sees a terminal, in a process group of its own. */
export interface TerminalProcess {
  /** False where plain pipes had to do: the program sees no terminal, has no size, and asks nothing. */
  readonly terminal: boolean;
  readonly pid: number | undefined;
  write(data: string | Uint8Array): void;
  resize(columns: number, rows: number): void;
  /** To the whole group. On Windows every signal ends it. */
  signal(signal: 'SIGINT' | 'SIGKILL'): void;
  /** Its exit code; 128 + n where a signal ended it. Rejects where it could not be started. */
  readonly exited: Promise<number>;
}

/** Starts programs on a terminal: a parameter wherever one is needed. */
export interface TerminalRunner {
  start(command: string, args: readonly string[], options: TerminalOptions): Promise<TerminalProcess>;
}

type Pty = Pick<typeof import('node-pty'), 'spawn'>;

/**
 * Terminals of node-pty, which is native code: the first of `modules` (names or folders) that can be loaded is used,
 * when the first program is started. Where none can, programs run on plain pipes.
 */
export function terminalRunner(modules: readonly string[], search?: CommandSearch): TerminalRunner {
  let loaded: { readonly pty: Pty | undefined } | undefined;
  return {
    async start(command, args, options) {
      // node-pty knows neither the path's endings on Windows nor a missing program elsewhere.
      const file = await findCommand(command, search);
      if (file === undefined) return missing(command);
      loaded ??= { pty: options.pipes === true ? undefined : loadFirst(modules) };
      const { pty } = loaded;
      if (pty === undefined || options.pipes === true) return onPipes(file, args, options);
      try {
        return onTerminal(pty, file, args, options);
      } catch (error) {
        return missing(command, error);
      }
    },
  };
}

/** A program that never was: its end tells why. */
function missing(command: string, cause?: unknown): TerminalProcess {
  const why = cause instanceof Error ? cause.message : 'it is not on the PATH';
  const exited = Promise.reject(new Error(`${command} could not be started: ${why}`, { cause }));
  exited.catch(() => undefined);
  return {
    terminal: false,
    pid: undefined,
    write: () => undefined,
    resize: () => undefined,
    signal: () => undefined,
    exited,
  };
}

function loadFirst(modules: readonly string[]): Pty | undefined {
  const load = createRequire(path.join(import.meta.dirname, 'terminalProcess.js'));
  for (const name of modules) {
    try {
      return load(name) as Pty;
    } catch {
      // Not there, or built for another runtime: the next one.
    }
  }
  return undefined;
}

function onTerminal(
  pty: Pty,
  command: string,
  args: readonly string[],
  options: TerminalOptions,
): TerminalProcess {
  const child: IPty = pty.spawn(command, [...args], {
    name: 'xterm-256color',
    cols: options.columns ?? 120,
    rows: options.rows ?? 30,
    encoding: null,
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  // With `encoding: null` it gives bytes, whatever its type says.
  child.onData((data: unknown) => options.onData(Buffer.from(data as Uint8Array)));
  let running = true;
  const exited = new Promise<number>((resolve) =>
    child.onExit(({ exitCode, signal }) => {
      running = false;
      resolve(signal === undefined || signal === 0 ? exitCode : 128 + signal);
    }),
  );
  return {
    terminal: true,
    pid: child.pid,
    write: (data) => {
      if (running) child.write(typeof data === 'string' ? data : Buffer.from(data));
    },
    resize: (columns, rows) => {
      if (running) child.resize(Math.max(columns, 1), Math.max(rows, 1));
    },
    signal: (signal) => {
      if (running) signalGroup(child.pid, signal);
    },
    exited,
  };
}

function onPipes(command: string, args: readonly string[], options: TerminalOptions): TerminalProcess {
  const child = spawn(command, [...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  child.stdout.on('data', options.onData);
  child.stderr.on('data', options.onData);
  child.stdin.on('error', () => undefined);
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 137)));
  });
  exited.catch(() => undefined);
  return {
    terminal: false,
    pid: child.pid,
    write: (data) => void child.stdin.write(data),
    resize: () => undefined,
    signal: (signal) => {
      if (child.pid !== undefined && child.exitCode === null) signalGroup(child.pid, signal);
    },
    exited,
  };
}

function signalGroup(pid: number, signal: 'SIGINT' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' }).once('error', () => undefined);
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended in this moment.
  }
}

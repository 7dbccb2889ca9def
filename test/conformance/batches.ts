// Runs tests in several processes of upstream's test binary, a batch each, and reads their outcomes as they come.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ConformanceTest } from './suite.ts';

export interface Result {
  readonly test: ConformanceTest;
  readonly outcome: 'passed' | 'failed' | 'left out';
  readonly seconds: number;
  /** What it said where it failed; why it was left out. */
  readonly why?: string;
}

export interface BatchOptions {
  /** The test binary. */
  readonly binary: string;
  readonly kubectl: string;
  readonly kubeconfig: string;
  /** Where the processes' output is kept. */
  readonly logs: string;
  /** Processes side by side. */
  readonly workers: number;
  /** Tests a process. */
  readonly size: number;
  /** Milliseconds that a batch may take. */
  readonly limit: number;
  readonly onResult: (result: Result) => void;
}

/** Deals tests out like cards: those that stand side by side, often equally long, get into different batches. */
export function batchesOf(
  tests: readonly ConformanceTest[],
  size: number,
): readonly (readonly ConformanceTest[])[] {
  const count = Math.ceil(tests.length / size);
  return Array.from({ length: count }, (_, batch) => tests.filter((_test, index) => index % count === batch));
}

export async function runBatches(
  tests: readonly ConformanceTest[],
  options: BatchOptions,
  signal: AbortSignal,
): Promise<readonly Result[]> {
  await mkdir(options.logs, { recursive: true });
  const waiting = batchesOf(tests, options.size).map((batch, number) => ({ batch, number }));
  const results: Result[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      signal.throwIfAborted();
      results.push(...(await runBatch(next.batch, next.number, options, signal)));
    }
  };
  await Promise.all(Array.from({ length: options.workers }, work));
  return results;
}

async function runBatch(
  batch: readonly ConformanceTest[],
  number: number,
  options: BatchOptions,
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const kind = batch[0]?.serial === true ? 'serial' : 'parallel';
  const file = path.join(options.logs, `${kind}-${String(number).padStart(3, '0')}.log`);
  const log = createWriteStream(file);
  const child = spawn(options.binary, argumentsOf(batch, options), {
    cwd: options.logs,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(options.limit)]),
  });
  child.stderr.pipe(log, { end: false });
  const results: Result[] = [];
  let began = Date.now();
  const failure = new FailureText();
  for await (const line of createInterface({ input: child.stdout })) {
    log.write(`${line}\n`);
    failure.read(line);
    const outcome = outcomeOf(line, batch);
    if (outcome === undefined) continue;
    const seconds = (Date.now() - began) / 1000;
    began = Date.now();
    const said = failure.take();
    const why = outcome.passed ? {} : { why: said === '' ? `see ${path.basename(file)}` : said };
    const result: Result = {
      test: outcome.test,
      outcome: outcome.passed ? 'passed' : 'failed',
      seconds,
      ...why,
    };
    results.push(result);
    options.onResult(result);
  }
  const code = await new Promise<number | null>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  log.end();
  for (const test of batch) {
    if (results.some((result) => result.test === test)) continue;
    const why = `the process ended (${String(code)}) before this test had a result: see ${path.basename(file)}`;
    const result: Result = { test, outcome: 'failed', seconds: 0, why };
    results.push(result);
    options.onResult(result);
  }
  return results;
}

/** What a test said where it failed: after `FAIL: `, often on lines of its own, up to the stack. */
export class FailureText {
  #lines: string[] = [];
  #open = false;

  read(line: string): void {
    const begin = /\bFAIL: (.*)$/.exec(line);
    if (begin !== null) {
      this.#open = this.#lines.length === 0;
      if (this.#open) this.#lines.push(begin[1] ?? '');
    } else if (/^\s*Full Stack Trace/.test(line)) {
      this.#open = false;
    } else if (this.#open && this.#lines.length < 12) {
      this.#lines.push(line);
    }
  }

  /** One line of what the test said, and ready for the next test. */
  take(): string {
    const text = this.#lines
      .map((line) => line.trim())
      .filter(Boolean)
      .join(' ');
    this.#lines = [];
    this.#open = false;
    return text;
  }
}

/** The line that the binary writes after each test: `{"msg":"PASSED NAME",…}`. */
function outcomeOf(
  line: string,
  batch: readonly ConformanceTest[],
): { readonly test: ConformanceTest; readonly passed: boolean } | undefined {
  const match = /\{"msg":"(PASSED|FAILED) ((?:[^"\\]|\\.)*)"/.exec(line);
  if (match === null) return undefined;
  const name = (JSON.parse(`"${match[2] ?? ''}"`) as string).trim();
  const test = batch.find((one) => name === one.name.trim() || name.endsWith(one.name.trim()));
  return test && { test, passed: match[1] === 'PASSED' };
}

function argumentsOf(batch: readonly ConformanceTest[], options: BatchOptions): readonly string[] {
  const names = batch.map(({ name }) => name.trim().replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return [
    '--provider=skeleton',
    `--kubeconfig=${options.kubeconfig}`,
    `--kubectl-path=${options.kubectl}`,
    // Since v1.24 no ServiceAccount gets a token Secret by itself.
    '--e2e-verify-service-account=false',
    '--dump-logs-on-failure=false',
    '--disable-log-dump=true',
    '--system-pods-startup-timeout=20s',
    '--system-daemonsets-startup-timeout=2s',
    '--node-schedulable-timeout=60s',
    '--ginkgo.noColor',
    '--ginkgo.v',
    '--ginkgo.seed=1',
    `--ginkgo.focus=(${names.join('|')})$`,
  ];
}

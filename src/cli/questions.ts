import { createInterface } from 'node:readline';
import { Writable, type Readable } from 'node:stream';
import type { Progress } from '../cluster/machines/contract.ts';

type Ask = NonNullable<Progress['ask']>;

export interface QuestionOptions {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
  /** Takes a question back. */
  readonly signal: AbortSignal;
  /** Ctrl-C at a question: the terminal gives it to the reader, and to nobody else. */
  readonly interrupt: () => void;
}

/**
 * Asks the person at the terminal what tools want to know, one question after another; what is typed as an answer to a
 * secret one is not shown. Undefined where nobody sits there, or where the question is taken back.
 */
export function terminalQuestions(options: QuestionOptions): Ask {
  let last: Promise<unknown> = Promise.resolve();
  return (question) => {
    if (options.input.isTTY !== true || options.output.isTTY !== true) return Promise.resolve(undefined);
    // Machines are made at the same time: two questions at once could not be told apart.
    const answer = last.then(() => askOne(question, options));
    last = answer;
    return answer;
  };
}

function askOne(
  { machine, text, secret }: Parameters<Ask>[0],
  { input, output, signal, interrupt }: QuestionOptions,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(undefined);
      return;
    }
    output.write(machine === '' ? `${text} ` : `${machine}: ${text} `);
    const lines = createInterface({ input, output: secret ? nowhere() : output, terminal: true });
    const abort = (): void => lines.close();
    signal.addEventListener('abort', abort, { once: true });
    let answer: string | undefined;
    lines.once('SIGINT', () => {
      lines.close();
      interrupt();
    });
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('close', () => {
      signal.removeEventListener('abort', abort);
      if (secret || answer === undefined) output.write('\n');
      resolve(answer);
    });
  });
}

/** Where the echo of a secret goes. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

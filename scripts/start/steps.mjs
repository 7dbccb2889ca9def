// Steps of `npm start`: each begins as soon as what it needs is done, and the user is told what happens, how long it
// took and what is left. Plain JavaScript: it runs before anything is installed.

/** After so long without a line, one says what is still at work. */
const SILENCE_MS = 5_000;

/**
 * @typedef {object} StepTools
 * @property {(line: string) => void} log tells the user what happens now
 * @property {AbortSignal} signal aborts when another step fails or the user stops it all
 *
 * @typedef {object} Step
 * @property {string} name as the user reads it
 * @property {readonly string[]} [needs] names of steps that must be done before
 * @property {(tools: StepTools) => Promise<string | undefined>} run resolves with what to say of it, besides its time
 */

/** A step that failed; its message is for the user. */
export class StepError extends Error {
  constructor(step, cause) {
    super(`${step}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'StepError';
  }
}

/**
 * Runs all steps; rejects with the StepError of the first that fails, once those that run have ended, or with the
 * signal's reason.
 *
 * @param {readonly Step[]} steps
 * @param {{
 *   print: (line: string) => void,
 *   now: () => number,
 *   every: (ms: number, tick: () => void) => () => void,
 *   signal: AbortSignal,
 * }} host `now` in milliseconds; `every` calls until what it returns is called
 */
export async function runSteps(steps, { print, now, every, signal }) {
  const began = now();
  let lastLine = began;
  const say = (text) => {
    lastLine = now();
    print(`${((lastLine - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  };
  const label = (step) => `[${steps.indexOf(step) + 1}/${steps.length}] ${step.name}`;
  /** Those at work, with their beginning and what they said last. */
  const atWork = new Map();
  const done = new Set();
  const left = () => steps.filter((step) => !done.has(step)).map(({ name }) => name);
  const stop = new AbortController();
  const all = AbortSignal.any([signal, stop.signal]);

  const runs = new Map();
  const start = (step) => {
    const known = runs.get(step);
    if (known !== undefined) return known;
    const needs = (step.needs ?? []).map((name) => start(named(steps, name)));
    const run = Promise.all(needs).then(async () => {
      all.throwIfAborted();
      const since = now();
      const state = { since, said: '' };
      atWork.set(step, state);
      try {
        const log = (line) => {
          state.said = line;
          say(`${label(step)}: ${line}`);
        };
        const what = await step.run({ log, signal: all });
        all.throwIfAborted();
        done.add(step);
        const seconds = ((now() - since) / 1000).toFixed(1);
        say(`${label(step)}: ${what ?? 'done'} (${seconds} s${leftText(left())})`);
      } catch (error) {
        if (!all.aborted) stop.abort(new StepError(step.name, error));
        throw error;
      } finally {
        atWork.delete(step);
      }
    });
    runs.set(step, run);
    return run;
  };
  const quiet = every(1_000, () => {
    if (now() - lastLine < SILENCE_MS || atWork.size === 0) return;
    const parts = [...atWork].map(([step, { since, said }]) => {
      const seconds = Math.round((now() - since) / 1000);
      return `${label(step)}${said === '' ? '' : `, ${said}`} (${seconds} s)`;
    });
    say(`still at work: ${parts.join('; ')}`);
  });
  try {
    // All are awaited: what one has begun is over before the failure is told.
    await Promise.allSettled(steps.map(start));
    all.throwIfAborted();
  } finally {
    quiet();
  }
}

function named(steps, name) {
  const step = steps.find((candidate) => candidate.name === name);
  if (step === undefined) throw new Error(`there is no step ${name}`);
  return step;
}

function leftText(names) {
  if (names.length === 0) return '';
  return names.length > 4 ? `, ${names.length} steps left` : `, left: ${names.join(', ')}`;
}

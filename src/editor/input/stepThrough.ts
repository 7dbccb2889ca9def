/** Said instead of an answer: the user wants to see the question before again. */
export const BACK = Symbol('back');

/** Which question of how many is asked: shown in the title, and whether there is a way back. */
export interface Place {
  readonly title: string;
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
}

/** One question. It gets what is answered so far and gives it with its own answer added. */
export interface Step<A> {
  /** Whether it is asked at all; always, where it is missing. */
  applies?(answers: A): boolean;
  /** Undefined where the user dismissed it. */
  ask(answers: A, place: Place): Promise<A | typeof BACK | undefined>;
}

/**
 * Asks one question after the other, with a way back to each. Undefined where the user dismissed one. How many there
 * are depends on the answers, and is counted again each time.
 */
export async function stepThrough<A>(
  title: string,
  steps: readonly Step<A>[],
  begin: A,
): Promise<A | undefined> {
  const asked: number[] = [];
  let answers = begin;
  let index = 0;
  for (;;) {
    const current = answers;
    const step = steps[index];
    if (step === undefined) return current;
    if (step.applies?.(current) === false) {
      index++;
      continue;
    }
    const left = steps.slice(index).filter((later) => later.applies?.(current) !== false).length;
    const answer = await step.ask(current, {
      title,
      step: asked.length + 1,
      totalSteps: asked.length + left,
    });
    if (answer === undefined) return undefined;
    if (answer === BACK) {
      const before = asked.pop();
      if (before === undefined) return undefined;
      // The answer is kept, and the question offers it again.
      index = before;
    } else {
      asked.push(index);
      answers = answer;
      index++;
    }
  }
}

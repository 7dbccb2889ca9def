import type { RE2JS } from 're2js';

/** An instruction of a compiled expression. `out` and `arg` are places of instructions. */
interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
}

/** The operations of re2js that matter here (Go's `regexp/syntax.Inst`, where ALT_MATCH is InstAltMatch). */
const ALT = 1;
const ALT_MATCH = 2;
const EMPTY_WIDTH = 4;
const FAIL = 5;
const MATCH = 6;
const RUNE = 8;
const RUNE_ANY_NOT_NL = 11;
/** The bit of an EMPTY_WIDTH that stands for `^` at the beginning of the text. */
const BEGIN_TEXT = 4;

/** How much of a program is walked through to know its steps, in proportion to what compiling it took. */
const WALKED_PER_INSTRUCTION = 16;

/**
 * A bound of the steps that a search takes, by the length of the text. A search holds at each character a set of
 * instructions, each at most once: no more than the program has, and no more than any text could have led to. The first
 * characters are walked through as if each fitted everything: expressions like `^.{1,253}$` have large programs, of
 * which few instructions are held at a time.
 */
export function matchingSteps(compiled: RE2JS): (length: number) => number {
  const { inst, start } = compiled.re2().prog as { inst: readonly Instruction[]; start: number };
  const { totals, further } = walk(inst, start);
  return (length) => {
    const beyond = length + 1 - totals.length;
    return beyond <= 0 ? (totals[length] ?? 0) : (totals.at(-1) ?? 0) + beyond * further;
  };
}

/** `totals` are the steps up to and with each character; `further` are those of each character after them. */
function walk(
  program: readonly Instruction[],
  start: number,
): { readonly totals: readonly number[]; readonly further: number } {
  const totals: number[] = [];
  /** The number of the character, from 1, at which an instruction was held last. */
  const heldAt = new Uint32Array(program.length);
  let [open, total, heldBefore]: [number[], number, number] = [[start], 0, 0];
  for (let character = 1; total <= WALKED_PER_INSTRUCTION * program.length; character++) {
    // A search begins again at each character.
    const next = [start];
    let [held, stayed] = [0, 0];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const instruction = program[place];
      const before = heldAt[place];
      if (instruction === undefined || before === character) continue;
      if (before === character - 1) stayed += 1;
      heldAt[place] = character;
      held += 1;
      const { op, out, arg } = instruction;
      if (op >= RUNE && op <= RUNE_ANY_NOT_NL) next.push(out);
      else if (op === ALT || op === ALT_MATCH) open.push(out, arg);
      else if (op === EMPTY_WIDTH && (arg & BEGIN_TEXT) !== 0 && character > 1) continue;
      else if (op !== MATCH && op !== FAIL) open.push(out);
    }
    total += held;
    totals.push(total);
    if (character > 1 && stayed === held && held === heldBefore) return { totals, further: held };
    [open, heldBefore] = [next, held];
  }
  return { totals, further: program.length };
}

import { matchesRegex, sizeAt } from '../cost/calls.ts';
import { type Library, member } from '../declarations.ts';
import { findAll, findFirst } from '../regex.ts';
import { INT, listOf, STRING } from '../types.ts';

/** Upstream charges nothing for what is found, however much. A usual amount costs nothing here either. */
const MANY = 100;

const finds = {
  ...matchesRegex,
  resultCost: (found: unknown): number => (Array.isArray(found) ? Math.max(0, found.length - MANY) : 0),
  estimate: (args: Parameters<typeof sizeAt>[0]) => ({
    ...matchesRegex.estimate(args),
    // Each character may be a match.
    size: { min: 0, max: sizeAt(args, 0).max },
  }),
};

/** Regular expressions (`k8s.io/apiserver/pkg/cel/library/regex.go`). */
export const REGEX: Library = {
  functions: [
    member('find', 'string_find_string', [STRING, STRING], STRING, findFirst, finds),
    member('findAll', 'string_find_all_string', [STRING, STRING], listOf(STRING), findAll, finds),
    member('findAll', 'string_find_all_string_int', [STRING, STRING, INT], listOf(STRING), findAll, finds),
  ],
};

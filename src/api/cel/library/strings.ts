import { actualSize, sizeAt, traversal, traversesFirst } from '../cost/calls.ts';
import { add, fixed, multiply, type Range, scale, TRAVERSAL_FACTOR } from '../cost/estimates.ts';
import { global, type Library, member, type Overload } from '../declarations.ts';
import { formatText, formattedLength, quoteText } from '../format.ts';
import { INT, listOf, DYN, STRING } from '../types.ts';
import { CelError, type Value } from '../values.ts';

type Int = number | bigint;

/** A text by code points. Most texts need only one unit for each. */
function charsOf(text: string): readonly string[] | string {
  // eslint-disable-next-line no-control-regex -- all of ASCII
  return /^[\x00-\x7f]*$/.test(text) ? text : Array.from(text);
}

function joined(chars: readonly string[] | string): string {
  return typeof chars === 'string' ? chars : chars.join('');
}

function outOfRange(index: Int): CelError {
  return new CelError(`index out of range: ${index}`);
}

function charAt(text: string, index: Int): Value {
  const chars = charsOf(text);
  if (index < 0 || index > chars.length) return outOfRange(index);
  return chars[Number(index)] ?? '';
}

function indexOf(text: string, part: string, start: Int = 0): Value {
  const chars = charsOf(text);
  if (start < 0 || start > chars.length) return outOfRange(start);
  const before = joined(chars.slice(0, Number(start))).length;
  const found = text.indexOf(part, before);
  return found < 0 ? -1 : charsOf(text.slice(0, found)).length;
}

function lastIndexOf(text: string, part: string, start?: Int): Value {
  const chars = charsOf(text);
  if (start !== undefined && (start < 0 || start > chars.length)) return outOfRange(start);
  const last = start === undefined ? text.length : joined(chars.slice(0, Number(start))).length;
  const found = text.lastIndexOf(part, last);
  return found < 0 ? -1 : charsOf(text.slice(0, found)).length;
}

function substring(text: string, start: Int, end?: Int): Value {
  const chars = charsOf(text);
  const last = end ?? chars.length;
  if (start < 0 || start > chars.length) return outOfRange(start);
  if (last < 0 || last > chars.length) return outOfRange(last);
  if (start > last) return new CelError(`invalid substring range. start: ${start}, end: ${last}`);
  return joined(chars.slice(Number(start), Number(last)));
}

function replace(text: string, old: string, by: string, limit: Int = -1): Value {
  if (limit < 0) return replaceAll(text, old, by);
  const parts = old === '' ? ['', ...Array.from(charsOf(text)), ''] : text.split(old);
  const count = Math.min(Number(limit), parts.length - 1);
  let result = parts[0] ?? '';
  parts.slice(1).forEach((part, index) => (result += (index < count ? by : old) + part));
  return result;
}

function replaceAll(text: string, old: string, by: string): string {
  return old === '' ? ['', ...Array.from(charsOf(text)), ''].join(by) : text.replaceAll(old, () => by);
}

function split(text: string, separator: string, limit: Int = -1): Value {
  if (limit === 0) return [];
  const parts = separator === '' ? Array.from(charsOf(text)) : text.split(separator);
  const most = limit < 0 ? parts.length : Number(limit);
  if (parts.length <= most) return parts;
  return [...parts.slice(0, most - 1), parts.slice(most - 1).join(separator)];
}

/** White space as Unicode defines it. JavaScript also trims the byte order mark, which is not white space. */
const SPACE = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const AROUND = new RegExp(`^${SPACE}|${SPACE}$`, 'g');

function join(list: readonly Value[], separator = ''): Value {
  for (const part of list) if (typeof part !== 'string') return new CelError('no such overload');
  return list.join(separator);
}

const lower = (text: string): Value => text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
const upper = (text: string): Value => text.replace(/[a-z]+/g, (part) => part.toUpperCase());

const copies = traversesFirst(1, true);

/** How long a text may be after replacing (`k8s.io/apiserver/pkg/cel/library/cost.go`). */
function replacedSize(text: Range, old: Range, by: Range): Range {
  let longest: number;
  if (old.min === 0) longest = (text.max + 1) * by.max + text.max;
  else if (by.max <= old.min) longest = text.max;
  else longest = Math.ceil(text.max / old.min) * by.max;
  let shortest: number;
  if (old.max === 0) shortest = (text.min + 1) * by.min + text.min;
  else if (old.max <= by.min) shortest = text.min;
  else shortest = Math.ceil(text.min / old.max) * by.min;
  return { min: Number.isNaN(shortest) ? 0 : shortest, max: Number.isNaN(longest) ? text.max : longest };
}

/** How many units longer a text gets by replacing. Upstream charges nothing for them. */
function growth(text: string, old: string, by: string, limit: Int = -1): number {
  if (by.length <= old.length) return 0;
  let count = old === '' ? text.length + 1 : 0;
  if (old !== '') for (let at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + old.length)) count++;
  return (limit < 0 ? count : Math.min(count, Number(limit))) * (by.length - old.length);
}

const replaces: Pick<Overload, 'cost' | 'estimate'> = {
  cost: (text, old, by, limit) => {
    const size = actualSize(text);
    const grown = growth(String(text), String(old), String(by), limit as Int | undefined);
    return traversal(size, 2) + Math.max(0, traversal(grown) - traversal(size));
  },
  estimate: (args) => ({
    cost: scale(sizeAt(args, 0), 2 * TRAVERSAL_FACTOR),
    size: replacedSize(sizeAt(args, 0), sizeAt(args, 1), sizeAt(args, 2)),
  }),
};

const splits: Pick<Overload, 'cost' | 'estimate'> = {
  cost: (text: Value) => traversal(actualSize(text), 2),
  estimate: (args) => {
    const size = sizeAt(args, 0);
    const limit = args[2]?.literal;
    return {
      cost: scale(size, 2 * TRAVERSAL_FACTOR),
      size: { min: 0, max: typeof limit === 'number' && limit >= 0 ? limit : size.max },
    };
  },
};

/** The size of the text that a call will make, known before the call. */
function joinedSize(list: Value, separator: Value): number {
  if (!Array.isArray(list)) return 0;
  const sizeOf = (part: Value): number => (typeof part === 'string' ? part.length : 0);
  const parts = (list as readonly Value[]).reduce((sum: number, part) => sum + sizeOf(part), 0);
  return parts + sizeOf(separator) * Math.max(0, list.length - 1);
}

const joins: Pick<Overload, 'cost' | 'estimate'> = {
  cost: (list, separator) => traversal(joinedSize(list, separator), 2),
  estimate: (args) => {
    const count = sizeAt(args, 0);
    const separators = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) };
    const parts = multiply(count, args[0]?.elementSize ?? fixed(0));
    const size = args.length > 1 ? add(parts, multiply(sizeAt(args, 1), separators)) : parts;
    return { cost: scale(size, TRAVERSAL_FACTOR), size };
  },
};

const searches: Pick<Overload, 'cost' | 'estimate'> = {
  cost: (text: Value) => Math.floor(actualSize(text) * TRAVERSAL_FACTOR),
  estimate: (args) => ({ cost: scale(sizeAt(args, 0), TRAVERSAL_FACTOR) }),
};

const LONG_TEXT = 1000;

/** Functions of texts (cel-go `ext/strings.go`, version 2). */
export const STRINGS: Library = {
  functions: [
    member('charAt', 'string_char_at_int', [STRING, INT], STRING, charAt),
    member('indexOf', 'string_index_of_string', [STRING, STRING], INT, indexOf, searches),
    member('indexOf', 'string_index_of_string_int', [STRING, STRING, INT], INT, indexOf, searches),
    member('lastIndexOf', 'string_last_index_of_string', [STRING, STRING], INT, lastIndexOf, searches),
    member(
      'lastIndexOf',
      'string_last_index_of_string_int',
      [STRING, STRING, INT],
      INT,
      lastIndexOf,
      searches,
    ),
    member('lowerAscii', 'string_lower_ascii', [STRING], STRING, lower, copies),
    member('upperAscii', 'string_upper_ascii', [STRING], STRING, upper, copies),
    member('replace', 'string_replace_string_string', [STRING, STRING, STRING], STRING, replace, replaces),
    member(
      'replace',
      'string_replace_string_string_int',
      [STRING, STRING, STRING, INT],
      STRING,
      replace,
      replaces,
    ),
    member('split', 'string_split_string', [STRING, STRING], listOf(STRING), split, splits),
    member('split', 'string_split_string_int', [STRING, STRING, INT], listOf(STRING), split, splits),
    member('substring', 'string_substring_int', [STRING, INT], STRING, substring, copies),
    member('substring', 'string_substring_int_int', [STRING, INT, INT], STRING, substring, copies),
    member('trim', 'string_trim', [STRING], STRING, (text: string) => text.replace(AROUND, ''), copies),
    member('join', 'list_join', [listOf(STRING)], STRING, join, joins),
    member('join', 'list_join_string', [listOf(STRING), STRING], STRING, join, joins),
    member('format', 'string_format', [STRING, listOf(DYN)], STRING, formatText, {
      // Upstream charges nothing for the texts that are filled in, however long. Texts of usual length cost nothing
      // here either.
      cost: (template, args) => {
        const filled = Array.isArray(args) ? formattedLength(args) : 0;
        return traversal(actualSize(template)) + traversal(Math.max(0, filled - LONG_TEXT));
      },
      estimate: (args) => ({ cost: scale(sizeAt(args, 0), TRAVERSAL_FACTOR) }),
    }),
    global('strings.quote', 'strings_quote', [STRING], STRING, quoteText, {
      cost: (text: Value) => traversal(actualSize(text)),
      estimate: (args) => {
        const size = sizeAt(args, 0);
        return { cost: scale(size, TRAVERSAL_FACTOR), size: { min: size.min + 2, max: size.max * 2 + 2 } };
      },
    }),
  ],
};

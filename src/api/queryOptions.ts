import { badRequest } from './status.ts';

/**
 * Options in a query, converted as upstream converts `url.Values` (apimachinery `pkg/runtime/conversion.go`): of an
 * option that is given more than once the first counts, and one without a value is there.
 */
export type Query = URLSearchParams;

/** Undefined for one that is not there; false for `0` and `false`; true for anything else, nothing included. */
export function optionalBoolean(query: Query, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return text !== '0' && text.toLowerCase() !== 'false';
}

/** As `optionalBoolean`; false for one that is not there. */
export function booleanOption(query: Query, name: string): boolean {
  return optionalBoolean(query, name) ?? false;
}

/** '' for one that is not there. */
export function textOption(query: Query, name: string): string {
  return query.get(name) ?? '';
}

const INT64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/**
 * Undefined for one that is not there.
 * @throws StatusError BadRequest in Go's words
 */
export function integerOption(query: Query, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const why = integerProblem(text);
  if (why !== undefined) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
  return Number(text);
}

function integerProblem(text: string): string | undefined {
  if (!/^[-+]?[0-9]+$/.test(text)) return 'invalid syntax';
  if (text.length < 16) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value < INT64.least || value > INT64.most ? 'value out of range' : undefined;
}

/**
 * Ports, of which one option may hold several with commas between them (meta/v1 `Convert_Slice_string_To_Slice_int32`).
 * @throws StatusError BadRequest
 */
export function portOptions(query: Query, name: string): number[] {
  const texts = query.getAll(name).flatMap((text) => text.split(','));
  return texts.map((text) => {
    const why = !/^[0-9]+$/.test(text)
      ? 'invalid syntax'
      : Number(text) > 65_535
        ? 'value out of range'
        : undefined;
    if (why === undefined) return Number(text);
    throw badRequest(`cannot convert to []int32: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
  });
}

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)$/;

/**
 * Milliseconds since the epoch; undefined for one that is not there, is empty or says `null`.
 * @throws StatusError BadRequest
 */
export function timeOption(query: Query, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '' || text === 'null') return undefined;
  const ms = RFC_3339.test(text) ? Date.parse(text.replace(',', '.')) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  const shown = JSON.stringify(text);
  throw badRequest(`parsing time ${shown} as "2006-01-02T15:04:05Z07:00": cannot parse ${shown} as "2006"`);
}

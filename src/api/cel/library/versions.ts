import { flat, traversesFirst } from '../cost/calls.ts';
import { global, type Library, member } from '../declarations.ts';
import { BOOL, INT, opaque, STRING } from '../types.ts';
import { CelError, intOf, OpaqueValue, type Value } from '../values.ts';

const SEMVER = opaque('kubernetes.Semver');

/** A version as semver.org defines it. The part behind `+` does not count. */
export class SemverValue extends OpaqueValue {
  readonly typeName = 'kubernetes.Semver';
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly prerelease: readonly string[];

  constructor(numbers: readonly [bigint, bigint, bigint], prerelease: readonly string[]) {
    super();
    this.numbers = numbers;
    this.prerelease = prerelease;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof SemverValue && this.compare(other) === 0;
  }

  compare(other: SemverValue): -1 | 0 | 1 {
    for (const [index, number] of this.numbers.entries()) {
      const order = compareOf(number, other.numbers[index] ?? 0n);
      if (order !== 0) return order;
    }
    if (this.prerelease.length === 0 || other.prerelease.length === 0) {
      return compareOf(other.prerelease.length, this.prerelease.length) === 0
        ? 0
        : this.prerelease.length === 0
          ? 1
          : -1;
    }
    for (const [index, part] of this.prerelease.entries()) {
      const second = other.prerelease[index];
      if (second === undefined) return 1;
      const order = comparePart(part, second);
      if (order !== 0) return order;
    }
    return compareOf(this.prerelease.length, other.prerelease.length);
  }
}

function compareOf<T extends number | bigint | string>(a: T, b: T): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparePart(a: string, b: string): -1 | 0 | 1 {
  const numeric = [a, b].map((part) => /^\d+$/.test(part));
  if (numeric[0] === true && numeric[1] === true) return compareOf(BigInt(a), BigInt(b));
  if (numeric[0] !== numeric[1]) return numeric[0] === true ? -1 : 1;
  return compareOf(a, b);
}

const NUMBER = '(0|[1-9]\\d*)';
const PART = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const SHAPE = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${PART}(?:\\.${PART})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);
const MAX_NUMBER = 2n ** 64n - 1n;

function parse(text: string, normalize = false): Value {
  const normalized = normalize ? normalizedText(text) : text;
  if (normalized === undefined) {
    return new CelError('short version cannot contain PreRelease/Build meta data');
  }
  const match = SHAPE.exec(normalized);
  if (match === null) return new CelError(problemOf(normalized));
  const [major = 0n, minor = 0n, patch = 0n] = match.slice(1, 4).map(BigInt);
  if ([major, minor, patch].some((number) => number > MAX_NUMBER)) return new CelError(problemOf(normalized));
  return new SemverValue([major, minor, patch], match[4]?.split('.') ?? []);
}

/** The error's message, in the words of github.com/blang/semver. */
function problemOf(text: string): string {
  if (text === '') return 'Version string empty';
  const parts = text.split('.');
  if (parts.length < 3) return 'No Major.Minor.Patch elements found';
  const names = ['major', 'minor', 'patch'];
  for (const [index, name] of names.entries()) {
    const [number = ''] = index < 2 ? [parts[index] ?? ''] : (parts[index] ?? '').split(/[-+]/, 1);
    const capital = name.charAt(0).toUpperCase() + name.slice(1);
    if (!/^\d+$/.test(number)) return `Invalid character(s) found in ${name} number "${number}"`;
    if (/^0\d/.test(number)) return `${capital} number must not contain leading zeroes "${number}"`;
  }
  return `Invalid character(s) found in prerelease or build of "${text}"`;
}

/** The version without a `v`, with three numbers, without leading zeros; undefined if it cannot be written so. */
function normalizedText(text: string): string | undefined {
  const [first = '', second, ...rest] = text.replace(/^v/, '').split('.');
  const third = rest.length === 0 ? [] : [rest.join('.')];
  const parts = [first, ...(second === undefined ? [] : [second]), ...third].map((part) =>
    part.length > 1 ? part.replace(/^0+/, '').replace(/^(?!\d)/, '0') : part,
  );
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? '')) return undefined;
  while (parts.length < 3) parts.push('0');
  return parts.join('.');
}

const isVersion = (text: string, normalize?: boolean): Value => parse(text, normalize) instanceof SemverValue;
/** Upstream estimates only the cost of a call. */
const reads = { cost: traversesFirst().cost };
const one = flat(1);

/** Versions (`k8s.io/apiserver/pkg/cel/library/semverlib.go`, version 1). */
export const VERSIONS: Library = {
  functions: [
    global('semver', 'string_to_semver', [STRING], SEMVER, (text: string) => parse(text), reads),
    global('semver', 'string_bool_to_semver', [STRING, BOOL], SEMVER, parse, reads),
    global('isSemver', 'is_semver_string', [STRING], BOOL, (text: string) => isVersion(text), reads),
    global('isSemver', 'is_semver_string_bool', [STRING, BOOL], BOOL, isVersion, reads),
    member(
      'isGreaterThan',
      'semver_is_greater_than',
      [SEMVER, SEMVER],
      BOOL,
      (a: SemverValue, b: SemverValue) => a.compare(b) > 0,
      one,
    ),
    member(
      'isLessThan',
      'semver_is_less_than',
      [SEMVER, SEMVER],
      BOOL,
      (a: SemverValue, b: SemverValue) => a.compare(b) < 0,
      one,
    ),
    member(
      'compareTo',
      'semver_compare_to',
      [SEMVER, SEMVER],
      INT,
      (a: SemverValue, b: SemverValue) => a.compare(b),
      one,
    ),
    ...(['major', 'minor', 'patch'] as const).map((name, index) =>
      member(
        name,
        `semver_${name}`,
        [SEMVER],
        INT,
        ({ numbers }: SemverValue) => intOf(numbers[index] ?? 0n),
        one,
      ),
    ),
  ],
  types: [SEMVER],
};

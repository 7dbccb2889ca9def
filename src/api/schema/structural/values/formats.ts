import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../../names/names.ts';
import { canonicalQuantity } from '../../../quantity.ts';
import { cidrErrors, ipErrors } from '../../../fields/ips.ts';
import { compilePattern, type Pattern } from '../pattern.ts';

type Format = (text: string) => boolean;

/** Expressions of formats; each is compiled when the first text asks for it. */
function pattern(text: string): Format {
  let compiled: Pattern | undefined;
  return (value) => (compiled ??= compilePattern(text)).isIn(value);
}

const UUID = '(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?';
const LETTER = 'a-zA-Z0-9\\p{S}\\p{L}';
const hostname = pattern(
  `^([${LETTER}]((-?[${LETTER}]{0,62})?)|([${LETTER}](([-${LETTER}]{0,61}[${LETTER}])?)(\\.)){1,}([${LETTER}])(-?[${LETTER}]){1,62})$`,
);
const dateTime = pattern('^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$');

/** The formats that are checked, without dashes (kube-openapi `pkg/validation/strfmt`, apiextensions `formats.go`). */
const FORMATS = new Map<string, Format>([
  ['bsonobjectid', pattern('^[0-9a-fA-F]{24}$')],
  ['uri', isRequestUri],
  ['email', pattern('^([^<>]*<)?[^\\s@<>"(),:;\\\\\\[\\]]+@[^\\s@<>"(),:;\\\\]+>?$')],
  [
    'hostname',
    (text) => text.length <= 255 && text.split('.').every((label) => label.length <= 63) && hostname(text),
  ],
  ['ipv4', (text) => text.includes('.') && ipErrors(text).length === 0],
  ['ipv6', (text) => text.includes(':') && ipErrors(text).length === 0],
  ['cidr', (text) => cidrErrors(text).length === 0],
  ['mac', isMac],
  ['uuid', pattern(`${UUID}[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$`)],
  ['uuid3', pattern(`${UUID}3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`)],
  ['uuid4', pattern(`${UUID}4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$`)],
  ['uuid5', pattern(`${UUID}5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$`)],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', pattern('^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$')],
  ['hexcolor', pattern('^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$')],
  [
    'rgbcolor',
    (text) =>
      (/^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.exec(text)?.slice(1) ?? ['999']).every(
        (part) => Number(part) <= 255,
      ),
  ],
  [
    'byte',
    (text) => text !== '' && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  ],
  ['password', () => true],
  ['date', isDate],
  ['duration', isDuration],
  ['datetime', isDateTime],
  ['quantity', isQuantity],
  ['k8sshortname', (text) => dns1123LabelErrors(text).length === 0],
  ['k8slongname', (text) => dns1123SubdomainErrors(text).length === 0],
]);

const NUMBER_FORMATS: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
};

/** Whether anything is made of a format of values of a type; others say nothing, and are warned of. */
export function isKnownFormat(type: string, format: string): boolean {
  if (type === '' || type === 'string') return FORMATS.has(normal(format));
  return NUMBER_FORMATS[type]?.includes(format) === true;
}

export function formatOf(format: string): Format | undefined {
  return FORMATS.get(normal(format));
}

const normal = (format: string): string => format.replaceAll('-', '');

/** Go's `url.ParseRequestURI`: an absolute URI or an absolute path. */
function isRequestUri(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text) || /%(?![0-9a-fA-F]{2})/.test(text)) return false;
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.exec(text);
  const rest = scheme === null ? text : text.slice(scheme[0].length);
  if (!rest.startsWith('/')) return scheme !== null && rest !== '';
  const [, authority = ''] = /^\/\/([^/?#]*)/.exec(rest) ?? [];
  return !/[ <>"{}|\\^`]/.test(authority);
}

function isMac(text: string): boolean {
  const octets = '[0-9a-fA-F]{2}';
  return [6, 8, 20].some((count) =>
    [
      `^${octets}(:${octets}){${count - 1}}$`,
      `^${octets}(-${octets}){${count - 1}}$`,
      `^[0-9a-fA-F]{4}(\\.[0-9a-fA-F]{4}){${count / 2 - 1}}$`,
    ].some((form) => new RegExp(form).test(text)),
  );
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const sum = Array.from(digits).reduce(
    (all, digit, at) => all + (digit === 'X' ? 10 : Number(digit)) * (10 - at),
    0,
  );
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^\d{13}$/.test(digits)) return false;
  return (
    Array.from(digits).reduce((all, digit, at) => all + Number(digit) * (at % 2 === 0 ? 1 : 3), 0) % 10 === 0
  );
}

const CREDIT_CARD =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;

function isCreditCard(text: string): boolean {
  const digits = text.replace(/\D+/g, '');
  if (!CREDIT_CARD.test(digits)) return false;
  const sum = Array.from(digits)
    .reverse()
    .reduce((all, digit, at) => {
      const value = Number(digit) * (at % 2 === 1 ? 2 : 1);
      return all + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t');
  if (time === undefined || !isDate(date) || !dateTime(time)) return false;
  const [hours = '', minutes = '', seconds = ''] = time.split(':');
  return hours <= '23' && minutes <= '59' && seconds.slice(0, 2) <= '59';
}

const GO_DURATION = pattern('^[-+]?(0|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$');
const LONG_DURATION = pattern('^\\s*(?:\\d+\\s*[A-Za-zµ]+\\s*)+$');
const LONG_UNIT = /^(?:ns|nano.*|us|µs|micro.*|ms|milli.*|s|sec.*|m|min.*|h|hr|hour.*|d|day.*|w|wk|week.*)$/i;

/** Go's durations, and those of the form `22 minutes`. */
function isDuration(text: string): boolean {
  if (GO_DURATION(text)) return true;
  return LONG_DURATION(text) && (text.match(/[A-Za-zµ]+/g) ?? []).some((unit) => LONG_UNIT.test(unit));
}

function isQuantity(text: string): boolean {
  try {
    canonicalQuantity(text);
    return true;
  } catch {
    return false;
  }
}

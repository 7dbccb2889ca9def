/**
 * Checks of single strings: each answers upstream's messages, none for a valid value
 * (apimachinery `pkg/util/validation/validation.go`, `pkg/api/validation/path/name.go`).
 */
export type StringRule = (value: string) => string[];

export function regexError(message: string, format: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${format}')`;
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${shown}regex used for validation is '${format}')`;
}

export const maxLengthError = (length: number): string => `must be no more than ${length} bytes`;
export const inclusiveRangeError = (low: number, high: number): string =>
  `must be between ${low} and ${high}, inclusive`;
export const EMPTY_ERROR = 'must be non-empty';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const WILDCARD = `\\*\\.${SUBDOMAIN}`;
const UNDERSCORE_LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const UNDERSCORE_SUBDOMAIN = `${UNDERSCORE_LABEL}(\\.${UNDERSCORE_LABEL})*`;
const DNS_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const NAME_PART = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${NAME_PART})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const HEADER = '[-A-Za-z0-9]+';
const PERCENT = '[0-9]+%';

const whole = (format: string): RegExp => new RegExp(`^${format}$`);
const labelPattern = whole(LABEL);
const subdomainPattern = whole(SUBDOMAIN);
const wildcardPattern = whole(WILDCARD);
const underscorePattern = whole(UNDERSCORE_SUBDOMAIN);
const dns1035Pattern = whole(DNS_1035);
const namePartPattern = whole(NAME_PART);
const labelValuePattern = whole(LABEL_VALUE);
const configKeyPattern = whole(CONFIG_KEY);
const headerPattern = whole(HEADER);
const percentPattern = whole(PERCENT);

export function dns1123LabelErrors(value: string): string[] {
  const errors = value.length > 63 ? [maxLengthError(63)] : [];
  if (labelPattern.test(value)) return errors;
  if (subdomainPattern.test(value)) return [...errors, 'must not contain dots'];
  return [
    ...errors,
    regexError(
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
      LABEL,
      'my-name',
      '123-abc',
    ),
  ];
}

export function dns1123SubdomainErrors(value: string): string[] {
  const errors = value.length > 253 ? [maxLengthError(253)] : [];
  if (subdomainPattern.test(value)) return errors;
  return [
    ...errors,
    regexError(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      SUBDOMAIN,
      'example.com',
    ),
  ];
}

/** A subdomain whose labels may have underscores, as names of services do: `_tcp.corp.example`. */
export function dns1123SubdomainUnderscoreErrors(value: string): string[] {
  const errors = value.length > 253 ? [maxLengthError(253)] : [];
  if (underscorePattern.test(value)) return errors;
  return [
    ...errors,
    regexError(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, an underscore, '-' or '.', and must start and end with an alphanumeric character",
      UNDERSCORE_SUBDOMAIN,
      'example.com',
    ),
  ];
}

/** `*.example.com`. */
export function wildcardSubdomainErrors(value: string): string[] {
  const errors = value.length > 253 ? [maxLengthError(253)] : [];
  if (wildcardPattern.test(value)) return errors;
  return [
    ...errors,
    regexError(
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
      WILDCARD,
      '*.example.com',
    ),
  ];
}

/** A domain name of at least two labels; a dot may follow. */
export function fullyQualifiedErrors(value: string): string[] {
  const name = value.endsWith('.') ? value.slice(0, -1) : value;
  const errors = dns1123SubdomainErrors(name);
  if (errors.length > 0) return [errors.join(',')];
  const labels = name.split('.');
  if (labels.length < 2) return ['should be a domain with at least two segments separated by dots'];
  const wrong = labels.find((label) => dns1123LabelErrors(label).length > 0);
  return wrong === undefined ? [] : [dns1123LabelErrors(wrong).join(',')];
}

export function dns1035LabelErrors(value: string): string[] {
  const errors = value.length > 63 ? [maxLengthError(63)] : [];
  if (dns1035Pattern.test(value)) return errors;
  return [
    ...errors,
    regexError(
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
      DNS_1035,
      'my-name',
      'abc-123',
    ),
  ];
}

const NAME_PART_MESSAGE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** `name` or `prefix/name`: keys of labels, annotations, taints; names of resources and finalizers. */
export function qualifiedNameErrors(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name ${regexError(NAME_PART_MESSAGE, NAME_PART, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const errors: string[] = [];
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const name = parts.at(-1) ?? '';
  if (prefix === '') errors.push(`prefix part ${EMPTY_ERROR}`);
  else if (prefix !== undefined)
    errors.push(...dns1123SubdomainErrors(prefix).map((e) => `prefix part ${e}`));
  if (name === '') errors.push(`name part ${EMPTY_ERROR}`);
  else if (name.length > 63) errors.push(`name part ${maxLengthError(63)}`);
  if (!namePartPattern.test(name)) {
    errors.push(`name part ${regexError(NAME_PART_MESSAGE, NAME_PART, 'MyName', 'my.name', '123-abc')}`);
  }
  return errors;
}

export function labelValueErrors(value: string): string[] {
  const errors = value.length > 63 ? [maxLengthError(63)] : [];
  if (labelValuePattern.test(value)) return errors;
  return [
    ...errors,
    regexError(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      LABEL_VALUE,
      'MyValue',
      'my_value',
      '12345',
    ),
  ];
}

/** The relaxed rule, which is the only one since 1.34. */
export function envVarNameErrors(value: string): string[] {
  if (value === '') return [`environment variable name ${EMPTY_ERROR}`];
  return /^[ -<>-~]+$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export function configMapKeyErrors(value: string): string[] {
  const errors = value.length > 253 ? [maxLengthError(253)] : [];
  if (!configKeyPattern.test(value)) {
    errors.push(
      regexError(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        CONFIG_KEY,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  if (value === '.') errors.push("must not be '.'");
  else if (value === '..') errors.push("must not be '..'");
  else if (value.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

export function httpHeaderNameErrors(value: string): string[] {
  return headerPattern.test(value)
    ? []
    : [
        regexError(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          HEADER,
          'X-Header-Name',
        ),
      ];
}

export function percentErrors(value: string): string[] {
  return percentPattern.test(value)
    ? []
    : [
        regexError(
          "a valid percent string must be a numeric string followed by an ending '%'",
          PERCENT,
          '1%',
          '93%',
        ),
      ];
}

export function portNumberErrors(port: number): string[] {
  return port >= 1 && port <= 65535 ? [] : [inclusiveRangeError(1, 65535)];
}

export function portNameErrors(name: string): string[] {
  const errors = name.length > 15 ? [maxLengthError(15)] : [];
  if (!/^[-a-z0-9]+$/.test(name)) {
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) errors.push('must contain at least one letter (a-z)');
  if (name.includes('--')) errors.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

/** RBAC names: whatever fits in one segment of a path. */
export function pathSegmentErrors(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);
}

/** 0 to 2^32-1: user and group ids. */
export function idErrors(id: number): string[] {
  return id >= 0 && id <= 0xffffffff ? [] : [inclusiveRangeError(0, 0xffffffff)];
}

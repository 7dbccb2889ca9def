import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  portNameErrors,
  qualifiedNameErrors,
  type StringRule,
} from '../../names/names.ts';
import { flat, regexCost, sizeAt } from '../cost/calls.ts';
import { REGEX_FACTOR, scale, TRAVERSAL_FACTOR } from '../cost/estimates.ts';
import { global, type Library, member } from '../declarations.ts';
import { codePoints } from '../operators.ts';
import { parseTimestamp } from '../time.ts';
import { listOf, opaque, optionalOf, STRING } from '../types.ts';
import { parseUrl } from '../url.ts';
import { OpaqueValue, Optional, Timestamp, type Value } from '../values.ts';

const FORMAT = opaque('kubernetes.NamedFormat');
const MAX_REGEX = 128;

/** A format of texts, by its name in Kubernetes or OpenAPI. */
export class FormatValue extends OpaqueValue {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly name: string;
  readonly errorsOf: StringRule;
  /** The length of an equivalent regular expression. */
  readonly regexSize: number;

  constructor(name: string, errorsOf: StringRule, regexSize: number) {
    super();
    this.name = name;
    this.errorsOf = errorsOf;
    this.regexSize = regexSize;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

/** A prefix may end in a hyphen, because more text follows it. */
function ofPrefix(rule: StringRule): StringRule {
  return (text) => rule(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -1)}a` : text);
}

function when(holds: (text: string) => boolean, message: string): StringRule {
  return (text) => (holds(text) ? [] : [message]);
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;
const isTime = (text: string): boolean => parseTimestamp(text) instanceof Timestamp;

function uriErrors(text: string): string[] {
  const url = parseUrl(text);
  return typeof url === 'string' ? [`parse ${JSON.stringify(text)}: ${url}`] : [];
}

const FORMATS = new Map(
  [
    new FormatValue('dns1123Label', dns1123LabelErrors, 30),
    new FormatValue('dns1123Subdomain', dns1123SubdomainErrors, 60),
    new FormatValue('dns1035Label', dns1035LabelErrors, 30),
    new FormatValue('qualifiedName', qualifiedNameErrors, 60),
    new FormatValue('portName', portNameErrors, 20),
    new FormatValue('dns1123LabelPrefix', ofPrefix(dns1123LabelErrors), 30),
    new FormatValue('dns1123SubdomainPrefix', ofPrefix(dns1123SubdomainErrors), 60),
    new FormatValue('dns1035LabelPrefix', ofPrefix(dns1035LabelErrors), 30),
    new FormatValue('labelValue', labelValueErrors, 40),
    new FormatValue('uri', uriErrors, 1200),
    new FormatValue(
      'uuid',
      when((text) => UUID.test(text), 'does not match the UUID format'),
      80,
    ),
    new FormatValue(
      'byte',
      when((text) => BASE64.test(text), 'invalid base64'),
      90,
    ),
    new FormatValue(
      'date',
      when((text) => isTime(`${text}T00:00:00Z`), 'invalid date'),
      120,
    ),
    new FormatValue('datetime', when(isTime, 'invalid datetime'), 120),
  ].map((format) => [format.name, format]),
);

function validate(format: FormatValue, text: string): Value {
  const errors = format.errorsOf(text);
  return errors.length === 0 ? Optional.none : Optional.of(errors);
}

/** Named formats (`k8s.io/apiserver/pkg/cel/library/format.go`). */
export const FORMATS_LIBRARY: Library = {
  functions: [
    ...Array.from(FORMATS, ([name, format]) =>
      global(`format.${name}`, `format.${name}`, [], FORMAT, () => format),
    ),
    global(
      'format.named',
      'format-named',
      [STRING],
      optionalOf(FORMAT),
      (name: string) => {
        const format = FORMATS.get(name);
        return format === undefined ? Optional.none : Optional.of(format);
      },
      flat(1),
    ),
    member('validate', 'format-validate', [FORMAT, STRING], optionalOf(listOf(STRING)), validate, {
      cost: (format, text) =>
        regexCost(codePoints(String(text)), format instanceof FormatValue ? format.regexSize : MAX_REGEX),
      estimate: (args) => ({
        cost: scale(scale(sizeAt(args, 1), TRAVERSAL_FACTOR), MAX_REGEX * REGEX_FACTOR),
      }),
    }),
  ],
  types: [FORMAT],
};

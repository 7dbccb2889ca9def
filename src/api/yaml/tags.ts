import type { ScalarTag, Tags } from 'yaml';
import { scalarValue, type ScalarValue } from './scalars.ts';

const PREFIX = 'tag:yaml.org,2002:';

/** The library's tags that make Go's values: of plain scalars, and of those with a tag. */
export function goTags(): Tags {
  return ['map', 'seq', PLAIN, MERGE, STR, ...TYPED, BINARY];
}

const PLAIN: ScalarTag = {
  tag: `${PREFIX}plain`,
  default: true,
  test: /^/,
  resolve: scalarValue,
};

const STR: ScalarTag = { tag: `${PREFIX}str`, resolve: (text) => text };
/** A `<<` in quotes is a key; without them it is known by its look. */
const MERGE: ScalarTag = { tag: `${PREFIX}merge`, resolve: (text) => text };

const TYPED = ['null', 'bool', 'int', 'float', 'timestamp'].map((name): ScalarTag => ({
  tag: PREFIX + name,
  resolve(text, onError) {
    const value = scalarValue(text);
    const actual = typeNameOf(value, text);
    if (actual === name || (name === 'float' && actual === 'int')) return value;
    onError(`cannot decode !!${actual} \`${text}\` as a !!${name}`);
    return text;
  },
}));

const BINARY: ScalarTag = {
  tag: `${PREFIX}binary`,
  resolve(text, onError) {
    const compact = text.replace(/\s/g, '');
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
      onError('!!binary value contains invalid base64 data');
      return text;
    }
    return Buffer.from(compact, 'base64').toString('utf8');
  },
};

const DATE =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[tT][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})| [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?)?$/;

function typeNameOf(value: ScalarValue, text: string): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) && !/^[-+]?(?!0x)[^xX]*[.eE]/.test(text) ? 'int' : 'float';
    case 'string':
      return DATE.test(value) ? 'timestamp' : 'str';
    default:
      return 'null';
  }
}

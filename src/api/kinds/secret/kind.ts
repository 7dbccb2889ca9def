import { isDeepStrictEqual } from 'node:util';
import {
  type FieldError,
  field,
  forbiddenField,
  invalid,
  required,
  tooLong,
} from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import type { Draft } from '../../meta.ts';
import { secrets } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { Secret } from '../../types.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { configMapKeyErrors } from '../../names/names.ts';
import { ageColumn, column, nameColumn } from '../../columns.ts';
import { MAX_DATA_BYTES } from '../configMap/kind.ts';
import { secretWarnings } from './warnings.ts';

/** Keys that a typed secret must have; basic-auth is satisfied by one of its two. */
const requiredKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
]);
const SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name';

export const secret: Kind = defineKind<Secret>({
  resource: secrets,
  schema: builtIn('V1Secret'),
  setDefaults(draft) {
    if (draft.type === undefined || draft.type === '') draft.type = 'Opaque';
    mergeStringData(draft);
  },
  validate(object) {
    const data = object.data ?? {};
    const errors: FieldError[] = [];
    let size = 0;
    for (const [key, value] of Object.entries(data)) {
      errors.push(...configMapKeyErrors(key).map((text) => invalid(field('data').key(key), key, text)));
      size += Buffer.byteLength(value, 'base64');
    }
    if (size > MAX_DATA_BYTES) errors.push(tooLong(field('data'), MAX_DATA_BYTES));
    return [...errors, ...validateType(object, data)];
  },
  validateUpdate(object, old) {
    const errors = immutableField(object.type, old.type, field('type'));
    if (old.immutable !== true) return errors;
    if (object.immutable !== true) {
      errors.push(forbiddenField(field('immutable'), 'field is immutable when `immutable` is set'));
    }
    if (!isDeepStrictEqual(object.data ?? {}, old.data ?? {})) {
      errors.push(forbiddenField(field('data'), 'field is immutable when `immutable` is set'));
    }
    return errors;
  },
  selectableFields: (object) => ({ type: object.type ?? '' }),
  warnings: secretWarnings,
  columns: [
    nameColumn,
    column('Type', 'string', 'What the secret is for, and so which keys it has.', (o) => o.type ?? ''),
    column('Data', 'string', 'Number of entries.', (o) => Object.keys(o.data ?? {}).length),
    ageColumn,
  ],
});

/** `stringData` is write-only: it goes into `data` and wins over it. */
function mergeStringData(draft: Draft<Secret>): void {
  if (draft.stringData === undefined) return;
  const encoded = Object.entries(draft.stringData).map(
    ([key, value]) => [key, Buffer.from(value).toString('base64')] as const,
  );
  draft.data = { ...draft.data, ...Object.fromEntries(encoded) };
  delete draft.stringData;
}

function validateType(object: Secret, data: Readonly<Record<string, string>>): FieldError[] {
  const type = object.type ?? '';
  if (type === SERVICE_ACCOUNT_TOKEN) {
    const account = object.metadata.annotations?.[SERVICE_ACCOUNT_NAME] ?? '';
    return account === '' ? [required(field('metadata', 'annotations').key(SERVICE_ACCOUNT_NAME))] : [];
  }
  if (type === 'kubernetes.io/basic-auth' && !('username' in data) && !('password' in data)) {
    return [required(field('data').key('username')), required(field('data').key('password'))];
  }
  const errors = (requiredKeys.get(type) ?? [])
    .filter((key) => !Object.hasOwn(data, key))
    .map((key) => required(field('data').key(key)));
  for (const key of ['.dockercfg', '.dockerconfigjson']) {
    const value = requiredKeys.get(type)?.[0] === key ? data[key] : undefined;
    if (value !== undefined && !isJson(Buffer.from(value, 'base64').toString())) {
      errors.push(invalid(field('data').key(key), '<secret contents redacted>', 'invalid JSON'));
    }
  }
  return errors;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

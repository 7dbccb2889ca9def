import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooMany,
} from '../../fields/fieldErrors.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { fieldAt } from '../../schema/structural/fieldPath.ts';
import type { JsonSchema } from '../../schema/structural/node.ts';
import type { CustomResourceDefinitionVersion } from '../../types.ts';

type Version = Unchecked<CustomResourceDefinitionVersion>;

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const SELECTABLE_TYPES = ['string', 'boolean', 'integer'];
const MAX_SELECTABLE_FIELDS = 8;
const MAX_WARNING = 256;

export function deprecationErrors(
  { deprecated, deprecationWarning }: Version,
  path: FieldPath,
): FieldError[] {
  if (deprecationWarning === undefined) return [];
  const refused = (detail: string): FieldError => invalid(path, deprecationWarning, detail);
  if (deprecated !== true) return [refused('can only be set for deprecated versions')];
  const errors: FieldError[] = [];
  if (Buffer.byteLength(deprecationWarning) > MAX_WARNING)
    errors.push(refused('must be <= 256 characters long'));
  if (deprecationWarning === '') errors.push(refused('must not be an empty string'));
  const at = deprecationWarning.search(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u);
  if (at >= 0) {
    const index = Buffer.byteLength(deprecationWarning.slice(0, at));
    errors.push(
      refused(
        `must only contain printable UTF-8 characters; non-printable character found at index ${index}`,
      ),
    );
  }
  return errors;
}

export function columnErrors(columns: Version['additionalPrinterColumns'], path: FieldPath): FieldError[] {
  return (columns ?? []).flatMap(({ name = '', type = '', format = '', jsonPath = '' }, at) => {
    const where = path.index(at);
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(where.child('name')));
    const types = `must be one of ${COLUMN_TYPES.join(',')}`;
    if (type === '') errors.push(required(where.child('type'), types));
    else if (!COLUMN_TYPES.includes(type)) errors.push(invalid(where.child('type'), type, types));
    if (format !== '' && !COLUMN_FORMATS.includes(format)) {
      errors.push(invalid(where.child('format'), format, `must be one of ${COLUMN_FORMATS.join(',')}`));
    }
    if (jsonPath === '') errors.push(required(where.child('JSONPath')));
    else errors.push(...simplePathErrors(jsonPath, where.child('JSONPath')));
    return errors;
  });
}

export function subresourceErrors(subresources: Version['subresources'], path: FieldPath): FieldError[] {
  const scale = subresources?.scale;
  if (scale === undefined) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath = '' } = scale;
  const selector = path.child('scale.labelSelectorPath');
  return [
    ...replicasPathErrors(specReplicasPath, path.child('scale.specReplicasPath'), '.spec'),
    ...replicasPathErrors(statusReplicasPath, path.child('scale.statusReplicasPath'), '.status'),
    ...(labelSelectorPath === ''
      ? []
      : below(labelSelectorPath, selector, ['.spec', '.status'], 'either .spec or .status')),
  ];
}

function replicasPathErrors(text: string | undefined, path: FieldPath, root: string): FieldError[] {
  return text === undefined || text === '' ? [required(path)] : below(text, path, [root], root);
}

function below(text: string, path: FieldPath, roots: readonly string[], named: string): FieldError[] {
  const errors = simplePathErrors(text, path);
  if (errors.length > 0) return errors;
  return roots.some((root) => text.startsWith(`${root}.`))
    ? []
    : [invalid(path, text, `should be a json path under ${named}`)];
}

function simplePathErrors(text: string, path: FieldPath): FieldError[] {
  return text.startsWith('.') ? [] : [invalid(path, text, 'must be a simple json path starting with .')];
}

export function selectableFieldErrors(
  fields: Version['selectableFields'],
  schema: JsonSchema | undefined,
  path: FieldPath,
): FieldError[] {
  if (fields === undefined || fields.length === 0) return [];
  if (schema === undefined) {
    return [
      invalid(
        path,
        '',
        'selectableFields may only be set when version.schema.openAPIV3Schema is not included',
      ),
    ];
  }
  const known = new Set<string>();
  const errors = fields.flatMap(({ jsonPath = '' }, at): FieldError[] => {
    const where = path.index(at).child('jsonPath');
    if (jsonPath === '') return [required(where)];
    const found = fieldAt(schema, jsonPath, { brackets: false });
    if ('problem' in found) return [invalid(where, jsonPath, `is an invalid path: ${found.problem}`)];
    const own: FieldError[] = [];
    if (found.steps[0]?.name === 'metadata') {
      own.push(invalid(where, jsonPath, 'must not point to fields in metadata'));
    }
    if (!SELECTABLE_TYPES.includes(found.schema.type ?? '')) {
      own.push(
        invalid(
          where,
          jsonPath,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      );
    }
    if (known.has(jsonPath)) own.push(duplicate(where, jsonPath));
    known.add(jsonPath);
    return own;
  });
  return known.size > MAX_SELECTABLE_FIELDS
    ? [...errors, tooMany(path, known.size, MAX_SELECTABLE_FIELDS)]
    : errors;
}

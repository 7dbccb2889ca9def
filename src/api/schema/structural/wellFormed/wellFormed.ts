import { cloneJson } from '../../../clone.ts';
import { type FieldError, type FieldPath, forbiddenField, invalid } from '../../../fields/fieldErrors.ts';
import { conformNested } from '../nested.ts';
import type { JsonSchema } from '../node.ts';
import { expressionErrors } from '../rules/expressions.ts';
import { defaultErrors } from './defaults.ts';
import { keywordErrors } from './keywords.ts';
import { structuralErrors } from './structural.ts';

/** The keywords that a root may have if the status is a subresource, in Go's names and order. */
const AT_ROOT = [
  'Description',
  'Type',
  'Format',
  'Title',
  'Maximum',
  'ExclusiveMaximum',
  'Minimum',
  'ExclusiveMinimum',
  'MaxLength',
  'MinLength',
  'Pattern',
  'MaxItems',
  'MinItems',
  'UniqueItems',
  'MultipleOf',
  'Required',
  'Items',
  'Properties',
  'ExternalDocs',
  'Example',
  'XPreserveUnknownFields',
  'XValidations',
];

/**
 * What is wrong with the schema of a version (apiextensions `validation.go` validateCustomResourceDefinitionValidation).
 * @param path of the schema
 */
export function schemaErrors(
  schema: JsonSchema,
  path: FieldPath,
  options: { readonly hasStatus: boolean },
): FieldError[] {
  const typeError = conformNested(cloneJson(schema));
  if (typeError !== undefined) return [invalid(path, '', typeError)];
  const errors = options.hasStatus ? rootErrors(schema, path) : [];
  if (schema.nullable === true) {
    errors.push(forbiddenField(path.child('nullable'), 'nullable cannot be true at the root'));
  }
  const structural = structuralErrors(schema, path);
  const defaults = structural.length > 0 ? [] : defaultErrors(schema, path);
  const found = [...errors, ...structural, ...defaults, ...keywordErrors(schema, path)];
  // What rules see is made of the rest.
  return found.length > 0 ? found : expressionErrors(schema, path);
}

/** The status is checked by its own schema, which nothing at the root may contradict. */
function rootErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  if (schema.type !== undefined && schema.type !== '' && schema.type !== 'object') {
    return [
      invalid(
        path.child('type'),
        schema.type,
        'only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
      ),
    ];
  }
  const isOther = Object.keys(schema).some((keyword) => {
    const value = schema[keyword];
    return value !== undefined && value !== '' && value !== false && !AT_ROOT.includes(goName(keyword));
  });
  if (!isOther) return [];
  return [
    invalid(
      path,
      schema,
      `only [${AT_ROOT.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`,
    ),
  ];
}

/** `x-kubernetes-validations` is XValidations. */
function goName(keyword: string): string {
  return keyword
    .replace(/^x-kubernetes-/, 'x-')
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

import type { FieldError } from '../../api/fields/fieldErrors.ts';
import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { JsonSchema } from '../../api/schema/index.ts';
import { ABSENT } from '../../api/schema/structural/values/absent.ts';
import { embeddedErrors, hasEmbedded } from '../../api/schema/structural/values/embedded.ts';
import { listErrors } from '../../api/schema/structural/values/lists.ts';
import { compileValidator } from '../../api/schema/structural/values/validator.ts';
import type { CustomResourceDefinitionVersion } from '../../api/types.ts';
import { scaleErrors } from './scale.ts';
import type { Rules } from './rules.ts';

type Subresources = CustomResourceDefinitionVersion['subresources'];

const UNCHECKED: FieldError = {
  type: 'FieldValueInvalid',
  field: '<nil>',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

/** After these errors, a value may not have the type that rules expect. */
const BLOCKING: ReadonlySet<FieldError['type']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/**
 * Validates objects of a version (apiextensions `pkg/registry/customresource/strategy.go`, `validator.go`). An update
 * may keep values that were invalid before.
 */
export function customValidation(
  schema: JsonSchema,
  subresources: Subresources,
  rules: Rules | undefined,
): Required<Pick<Kind, 'validate' | 'validateUpdate' | 'ratchets'>> {
  const values = compileValidator(schema);
  const embedded = hasEmbedded(schema);
  const ruled = (
    errors: readonly FieldError[],
    object: KubeObject,
    old: KubeObject | undefined,
  ): readonly FieldError[] => {
    if (rules === undefined) return errors;
    if (errors.some(({ type }) => BLOCKING.has(type))) return [...errors, UNCHECKED];
    return [...errors, ...rules.errors(object, old)];
  };
  const check = (object: KubeObject, old: KubeObject | undefined): readonly FieldError[] => {
    const lists = old !== undefined && listErrors(schema, old).length > 0 ? [] : listErrors(schema, object);
    const errors = [
      ...values(object, old ?? ABSENT, '').errors,
      ...scaleErrors(subresources?.scale, object),
      ...(embedded ? embeddedErrors(schema, object) : []),
      ...lists,
    ];
    return ruled(errors, object, old);
  };
  return {
    ratchets: true,
    validate: (object) => check(object, undefined),
    validateUpdate: (object, old) => check(object, old),
  };
}

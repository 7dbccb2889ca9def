import {
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../../../fields/fieldErrors.ts';
import { fieldAt } from '../fieldPath.ts';
import type { JsonSchema, ValidationRule } from '../node.ts';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const LINE_BREAK = /[\n\r]/;

/** The problems of the rules' texts. The compiler checks their expressions. */
export function ruleTextErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, at) => {
    const where = path.child('x-kubernetes-validations').index(at);
    const errors: FieldError[] = [];
    const { message = '', messageExpression = '', fieldPath = '', reason } = rule;
    // Decoding lets a rule without an expression pass.
    const text = (rule as Partial<ValidationRule>).rule?.trim() ?? '';
    if (text === '') errors.push(required(where.child('rule'), 'rule is not specified'));
    else if (message !== '' && message.trim() === '') {
      errors.push(invalid(where.child('message'), message, 'message must be non-empty if specified'));
    } else if (LINE_BREAK.test(message.trim())) {
      errors.push(invalid(where.child('message'), message, 'message must not contain line breaks'));
    } else if (LINE_BREAK.test(text) && message.trim() === '') {
      errors.push(required(where.child('message'), 'message must be specified if rule contains line breaks'));
    }
    if (messageExpression !== '' && messageExpression.trim() === '') {
      errors.push(
        required(where.child('messageExpression'), 'messageExpression must be non-empty if specified'),
      );
    }
    if (reason !== undefined && !REASONS.includes(reason)) {
      errors.push(notSupported(where.child('reason'), reason, REASONS));
    }
    if (fieldPath !== '') {
      const bad = (detail: string): FieldError => invalid(where.child('fieldPath'), fieldPath, detail);
      if (fieldPath.trim() === '') errors.push(bad('fieldPath must be non-empty if specified'));
      if (LINE_BREAK.test(fieldPath)) errors.push(bad('fieldPath must not contain line breaks'));
      if ('problem' in fieldAt(schema, fieldPath)) errors.push(bad('fieldPath must be a valid path'));
    }
    return errors;
  });
}

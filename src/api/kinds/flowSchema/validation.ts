import { equal } from '../../fields/equal.ts';
import { type FieldError, field, invalid, notSupported, required } from '../../fields/fieldErrors.ts';
import { each, requiredText } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { BOOTSTRAP_SCHEMAS, mandatorySpec } from '../../flowControl/bootstrap.ts';
import { validateFlowStatus } from '../../flowControl/conditions.ts';
import { dns1123SubdomainErrors } from '../../names/names.ts';
import type { FlowSchema } from '../../types.ts';
import { validateRule } from './rules.ts';

const MAX_PRECEDENCE = 10_000;
const METHODS = ['ByNamespace', 'ByUser'];

/** flowcontrol validation `ValidateFlowSchema`. */
export function validateFlowSchema({ metadata, spec = {}, status }: Unchecked<FlowSchema>): FieldError[] {
  const path = field('spec');
  const { matchingPrecedence: precedence = 0, distinguisherMethod: method } = spec;
  const errors: FieldError[] = [];
  const at = path.child('matchingPrecedence');
  if (precedence <= 0) errors.push(invalid(at, precedence, 'must be a positive value'));
  if (precedence > MAX_PRECEDENCE) {
    errors.push(invalid(at, precedence, `must not be greater than ${MAX_PRECEDENCE}`));
  }
  if (precedence === 1 && metadata?.name !== 'exempt') {
    const why = "only the schema named 'exempt' may have matchingPrecedence 1";
    errors.push(invalid(at, precedence, why));
  }
  if (method !== undefined && !METHODS.includes(method.type ?? '')) {
    errors.push(notSupported(path.child('distinguisherMethod', 'type'), method.type ?? '', METHODS));
  }
  const level = path.child('priorityLevelConfiguration', 'name');
  const name = spec.priorityLevelConfiguration?.name ?? '';
  if (name === '') errors.push(required(level, 'must reference a priority level'));
  else errors.push(...requiredText(dns1123SubdomainErrors, name, level));
  errors.push(...each(spec.rules, path.child('rules'), validateRule));
  const fixed = mandatorySpec(BOOTSTRAP_SCHEMAS, metadata?.name);
  if (fixed !== undefined && !equal(spec, fixed)) {
    errors.push(invalid(path, spec, `spec of '${metadata?.name ?? ''}' must equal the fixed value`));
  }
  return [...errors, ...validateFlowStatus(status)];
}

import { type FieldError, field, required } from '../fieldErrors.ts';
import type { Service } from '../types.ts';

export function validateService(object: Service): FieldError[] {
  const { spec } = object;
  const errors: FieldError[] = [];
  if ((spec.ports ?? []).length === 0 && spec.clusterIP !== 'None' && spec.type !== 'ExternalName') {
    errors.push(required(field('spec', 'ports')));
  }
  return errors;
}

export function validateServiceUpdate(object: Service, old: Service): FieldError[] {
  object;
  old;
  return [];
}

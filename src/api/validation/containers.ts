import { duplicate, type FieldError, type FieldPath, invalid, required } from '../fieldErrors.ts';
import type { Container, PodSpec } from '../types.ts';
import { dns1123LabelErrors } from './names.ts';
import type { Unchecked } from './unchecked.ts';

/** Containers of all sorts (core validation `validateContainers`, `validateInitContainers`). */
export function validateContainers(spec: Unchecked<PodSpec>, path: FieldPath): FieldError[] {
  const names = new Set<string>();
  const errors: FieldError[] = [];
  if ((spec.containers ?? []).length === 0) errors.push(required(path.child('containers')));
  for (const list of ['containers', 'initContainers'] as const) {
    (spec[list] ?? []).forEach((container, i) => {
      const at = path.child(list).index(i);
      errors.push(...validateContainer(container, at));
      const name = container.name ?? '';
      if (names.has(name)) errors.push(duplicate(at.child('name'), name));
      names.add(name);
    });
  }
  return errors;
}

function validateContainer(container: Unchecked<Container>, path: FieldPath): FieldError[] {
  const name = container.name ?? '';
  const errors =
    name === ''
      ? [required(path.child('name'))]
      : dns1123LabelErrors(name).map((text) => invalid(path.child('name'), name, text));
  const image = container.image ?? '';
  if (image === '') errors.push(required(path.child('image')));
  else if (image !== image.trim()) {
    errors.push(invalid(path.child('image'), image, 'must not have leading or trailing whitespace'));
  }
  return errors;
}

import type { Kind } from '../../api/kind.ts';
import type { CustomResourceDefinitionVersion } from '../../api/types.ts';

/** The fields that selectors of a version may name, as texts. A missing field is ''. */
export function selectableFieldsOf({
  selectableFields = [],
}: CustomResourceDefinitionVersion): Pick<Kind, 'selectableFields'> {
  if (selectableFields.length === 0) return {};
  const fields = selectableFields.map(({ jsonPath }) => {
    const name = jsonPath.replace(/^\./, '');
    return { name, steps: name.split('.') };
  });
  return {
    selectableFields: (object) =>
      Object.fromEntries(fields.map(({ name, steps }) => [name, textAt(object, steps)])),
  };
}

function textAt(object: unknown, steps: readonly string[]): string {
  let value = object;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return '';
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}

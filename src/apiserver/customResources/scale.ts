import { field, type FieldError, invalid } from '../../api/fields/fieldErrors.ts';
import type { Kind } from '../../api/kind.ts';
import type { CustomResourceDefinitionVersion } from '../../api/types.ts';

type Scale = NonNullable<NonNullable<CustomResourceDefinitionVersion['subresources']>['scale']>;

const MOST = 2 ** 31 - 1;

/** The scale subresource of a version. Its paths are without the leading dot. */
export function scaleOf(scale: Scale | undefined): Pick<Kind, 'scale'> {
  if (scale === undefined) return {};
  return {
    scale: {
      specReplicas: withoutDot(scale.specReplicasPath),
      statusReplicas: withoutDot(scale.statusReplicasPath),
      selector: withoutDot(scale.labelSelectorPath ?? ''),
    },
  };
}

/** The values must be valid in a Scale (apiextensions `validator.go` ValidateScaleSpec). */
export function scaleErrors(scale: Scale | undefined, object: object): FieldError[] {
  if (scale === undefined) return [];
  return [
    ...replicasErrors(scale.specReplicasPath, object),
    ...replicasErrors(scale.statusReplicasPath, object),
    ...(scale.labelSelectorPath === undefined ? [] : selectorErrors(scale.labelSelectorPath, object)),
  ];
}

function replicasErrors(path: string, object: object): FieldError[] {
  const value = valueAt(object, path);
  if (value === undefined) return [];
  const wrong = (shown: unknown, detail: string): FieldError[] => [invalid(field(path), shown, detail)];
  if (!Number.isInteger(value)) {
    return wrong(
      0,
      `${path} accessor error: ${JSON.stringify(value)} is of the type ${goType(value)}, expected int64`,
    );
  }
  if ((value as number) < 0) return wrong(value, 'should be a non-negative integer');
  return (value as number) > MOST ? wrong(value, `should be less than or equal to ${MOST}`) : [];
}

function selectorErrors(path: string, object: object): FieldError[] {
  const value = valueAt(object, path);
  if (value === undefined || typeof value === 'string') return [];
  const detail = `${path} accessor error: ${JSON.stringify(value)} is of the type ${goType(value)}, expected string`;
  return [invalid(field(path), '', detail)];
}

function valueAt(object: unknown, path: string): unknown {
  let value = object;
  for (const name of withoutDot(path).split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function goType(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const withoutDot = (path: string): string => path.replace(/^\./, '');

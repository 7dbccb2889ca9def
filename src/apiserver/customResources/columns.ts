import { age, ageColumn, nameColumn } from '../../api/columns.ts';
import { compileJsonPath, type JsonPath } from '../../api/jsonPath/jsonPath.ts';
import type { Column } from '../../api/kind.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { CustomResourceDefinitionVersion } from '../../api/types.ts';

type PrinterColumn = NonNullable<CustomResourceDefinitionVersion['additionalPrinterColumns']>[number];

/** The columns of a version (apiextensions `pkg/registry/customresource/tableconvertor`). */
export function columnsOf(version: CustomResourceDefinitionVersion): readonly Column<KubeObject>[] {
  const columns = version.additionalPrinterColumns ?? [];
  return [
    nameColumn,
    ...(columns.length === 0 ? [{ ...ageColumn, type: 'date' } as const] : columns.map(columnOf)),
  ];
}

function columnOf({
  name,
  type,
  format,
  description,
  priority,
  jsonPath,
}: PrinterColumn): Column<KubeObject> {
  const path = pathOrNothing(jsonPath);
  return {
    name,
    type: type as Column<KubeObject>['type'],
    ...(format === undefined ? {} : { format }),
    description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    ...(priority === undefined ? {} : { priority }),
    cell: (object, now) => cellOf(type, path(object)[0], now),
  };
}

/** Validation accepts paths that are not valid JSONPath here: such a column is empty. */
function pathOrNothing(text: string): JsonPath {
  try {
    return compileJsonPath(text);
  } catch {
    return () => [];
  }
}

function cellOf(type: string, value: unknown, now: number): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : JSON.stringify(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      if (typeof value !== 'string') return null;
      return Number.isNaN(Date.parse(value)) ? '<invalid>' : age(value, now);
    default:
      return null;
  }
}

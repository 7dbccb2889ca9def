import { ageColumn, nameColumn } from '../../src/api/columns.ts';
import type { Conversion, Kind } from '../../src/api/kind.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { resource } from '../../src/api/resource.ts';
import { type JsonSchema, structuralSchema } from '../../src/api/schema/index.ts';

export interface Widget extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly namespace: string };
  readonly spec?: { readonly size?: number; readonly color?: string };
  readonly status?: { readonly phase?: string };
}

const GROUP = 'example.com';
export const widgets = resource<Widget>(GROUP, 'v1', 'widgets', 'Widget', 'Namespaced');
export const oldWidgets = resource<KubeObject>(GROUP, 'v1beta1', 'widgets', 'Widget', 'Namespaced');

export const widgetSchema: JsonSchema = {
  type: 'object',
  description: 'A thing of some size.',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer', default: 1, description: 'How large it is.' },
        color: { type: 'string' },
      },
    },
    status: { type: 'object', properties: { phase: { type: 'string' } } },
  },
};

/** v1beta1 has no spec: its fields are at the root. */
const oldSchema: JsonSchema = {
  type: 'object',
  properties: { size: { type: 'integer' }, color: { type: 'string' } },
};

/** As a webhook converts: later, a whole list at once. `calls` counts. */
export function slowConversion(calls: { count: number } = { count: 0 }): Conversion {
  const later = async <T>(value: readonly T[]): Promise<readonly T[]> => {
    calls.count += 1;
    await new Promise((resolve) => setImmediate(resolve));
    return value;
  };
  return {
    fromStored: (objects) =>
      later(
        objects.map((object) => {
          const { spec, status: _, ...rest } = object as Widget;
          return { ...rest, ...spec, apiVersion: 'example.com/v1beta1' };
        }),
      ),
    toStored: (drafts) =>
      later(
        drafts.map(({ apiVersion: _, kind, metadata, ...spec }) => ({
          apiVersion: 'example.com/v1',
          kind,
          metadata,
          spec,
        })),
      ),
  };
}

/** A kind as a CustomResourceDefinition with two versions would bring it. */
export function widgetKind(
  options: { readonly schema?: JsonSchema; readonly conversion?: Conversion } = {},
): Kind {
  const type = { group: GROUP, kind: 'Widget' };
  return {
    resource: widgets,
    schema: structuralSchema({ ...type, version: 'v1' }, options.schema ?? widgetSchema),
    shortNames: ['wd'],
    hasGeneration: true,
    status: {},
    alsoServedAs: [
      {
        resource: oldWidgets,
        schema: structuralSchema({ ...type, version: 'v1beta1' }, oldSchema),
        conversion: options.conversion ?? slowConversion(),
      },
    ],
    validate: () => [],
    selectableFields: (object) => ({ 'spec.color': (object as Widget).spec?.color ?? '' }),
    columns: [nameColumn, ageColumn],
  };
}

import type { Column } from '../../api/kind.ts';
import type { KubeObject } from '../../api/meta.ts';

/** What a row carries of its object: nothing, its metadata (the default), or all of it. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** meta.k8s.io Table. */
export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: string;
  readonly metadata: object;
  readonly columnDefinitions: readonly ColumnDefinition[];
  readonly rows: readonly TableRow[];
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

export interface TableRow {
  readonly cells: readonly (string | number | boolean | null)[];
  readonly object: object | null;
}

export interface TableOptions {
  readonly columns: readonly Column<KubeObject>[];
  /** `meta.k8s.io/v1` or an older version. */
  readonly apiVersion: string;
  readonly includeObject: IncludeObject;
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
}

/** `metadata` is the list's, or a single object's resourceVersion. */
export function tableOf(
  options: TableOptions,
  objects: readonly KubeObject[],
  metadata: object,
  withColumns = true,
): Table {
  return {
    kind: 'Table',
    apiVersion: options.apiVersion,
    metadata,
    columnDefinitions: withColumns ? columnDefinitions(options.columns) : [],
    rows: objects.map((object) => rowOf(options, object)),
  };
}

/** The metadata of a table that shows one object. */
export function tableMetadata(object: KubeObject): object {
  const { resourceVersion } = object.metadata as Partial<KubeObject['metadata']>;
  return resourceVersion === undefined ? {} : { resourceVersion };
}

function columnDefinitions(columns: readonly Column<KubeObject>[]): ColumnDefinition[] {
  return columns.map(({ name, type, format = '', description, priority = 0 }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));
}

function rowOf({ columns, apiVersion, includeObject, now }: TableOptions, object: KubeObject): TableRow {
  return {
    cells: columns.map((column) => column.cell(object, now)),
    object:
      includeObject === 'Object'
        ? object
        : includeObject === 'Metadata'
          ? partialMetadata(object, apiVersion)
          : null,
  };
}

/** meta.k8s.io PartialObjectMetadata. */
export function partialMetadata(object: KubeObject, apiVersion: string): object {
  return { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata };
}

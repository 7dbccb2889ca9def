import { isRecord } from '../../../base/isRecord.ts';
import type { JsonSchema } from '../../schema/structural/node.ts';
import { isKnownFormat } from '../../schema/structural/values/formats.ts';
import type { CustomResourceDefinition } from '../../types.ts';

/** Formats that are new in a definition and of which nothing is made, a warning each (apiextensions `strategy.go`). */
export function unknownFormats(
  { spec }: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly string[] {
  const before = new Set(old === undefined ? [] : formatsOf(old.spec));
  return formatsOf(spec)
    .filter((format) => !before.has(format))
    .map((format) => `unrecognized format ${JSON.stringify(format)}`);
}

function formatsOf({ versions }: CustomResourceDefinition['spec']): string[] {
  return versions.flatMap(({ schema }) => unknownIn(schema?.openAPIV3Schema as JsonSchema | undefined));
}

function unknownIn(schema: unknown): string[] {
  if (!isRecord(schema)) return [];
  const {
    format = '',
    items,
    additionalProperties,
    properties,
    allOf,
    anyOf,
    oneOf,
    not,
  } = schema as JsonSchema;
  const own = format !== '' && !isKnownFormat('', format) && !NUMBERS.has(format) ? [format] : [];
  const below = [
    items,
    additionalProperties,
    not,
    ...Object.values(properties ?? {}),
    ...(allOf ?? []),
    ...(anyOf ?? []),
    ...(oneOf ?? []),
  ];
  return [...own, ...below.flatMap(unknownIn)];
}

const NUMBERS: ReadonlySet<string> = new Set(['int32', 'int64', 'float', 'double']);

import { cloneJson } from '../../api/clone.ts';
import { equalJson } from '../../api/equalJson.ts';
import { freezeJson } from '../../api/freeze.ts';
import type { Conversion } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { Schema } from '../../api/schema/index.ts';

/** Converts objects to another version. It only gets objects of other versions. */
export type ConvertVersion = (
  objects: readonly KubeObject[],
  apiVersion: string,
) => readonly KubeObject[] | Promise<readonly KubeObject[]>;

/** Strategy `None`: all versions have the same fields (apiextensions `conversion/nop_converter.go`). */
export const sameFields: ConvertVersion = (objects, apiVersion) =>
  objects.map((object) => ({ ...object, apiVersion }));

/**
 * Converts between stored objects, of any version, and a version that is served. Fields that its schema does not have
 * are pruned. Defaults are filled in, because they may be newer than the object.
 */
export function versionForm(options: {
  readonly apiVersion: string;
  readonly storedVersion: string;
  readonly schema: Schema;
  readonly convert: ConvertVersion;
}): Conversion {
  const { apiVersion, storedVersion, schema, convert } = options;
  const shaped = (object: KubeObject): KubeObject => {
    const draft = cloneJson(object);
    schema.conform(draft);
    schema.setDefaults(draft);
    return equalJson(draft, object) ? object : freezeJson(draft);
  };
  return {
    fromStored(objects) {
      const converted = toVersion(objects, apiVersion, convert);
      return converted instanceof Promise ? converted.then((all) => all.map(shaped)) : converted.map(shaped);
    },
    toStored(drafts) {
      return toVersion(drafts as unknown as readonly KubeObject[], storedVersion, convert) as
        readonly Draft[] | Promise<readonly Draft[]>;
    },
  };
}

/** Converts all objects of other versions in one call. The order stays the same. */
function toVersion(
  objects: readonly KubeObject[],
  apiVersion: string,
  convert: ConvertVersion,
): readonly KubeObject[] | Promise<readonly KubeObject[]> {
  const foreign = objects.filter((object) => object.apiVersion !== apiVersion);
  if (foreign.length === 0) return objects;
  const merged = (converted: readonly KubeObject[]): readonly KubeObject[] => {
    const byObject = new Map(foreign.map((object, at) => [object, converted[at] ?? object]));
    return objects.map((object) => byObject.get(object) ?? object);
  };
  const converted = convert(foreign, apiVersion);
  return converted instanceof Promise ? converted.then(merged) : merged(converted);
}

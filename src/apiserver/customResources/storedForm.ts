import { cloneJson } from '../../api/clone.ts';
import { equalJson } from '../../api/equalJson.ts';
import { freezeJson } from '../../api/freeze.ts';
import type { Conversion } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { Schema } from '../../api/schema/index.ts';

/** Brings objects from one version into another; given only those of another one. */
export type ConvertVersion = (
  objects: readonly KubeObject[],
  apiVersion: string,
) => readonly KubeObject[] | Promise<readonly KubeObject[]>;

/** Strategy `None`: all versions have the same fields (apiextensions `conversion/nop_converter.go`). */
export const sameFields: ConvertVersion = (objects, apiVersion) =>
  objects.map((object) => ({ ...object, apiVersion }));

/**
 * Between what is in the store, in whatever version, and a version as its rules see it: without what its schema does not
 * know, and with its defaults, which may be younger than the object.
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

/** Those of other versions are converted in one go; all come back in their order. */
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

import type { Kind } from '../../api/kind.ts';
import { apiVersionOf, resource } from '../../api/resource.ts';
import { type JsonSchema, structuralSchema } from '../../api/schema/index.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../../api/types.ts';
import { compareVersions } from '../../api/versions.ts';
import { columnsOf } from './columns.ts';
import { rulesOf } from './rules.ts';
import { scaleOf } from './scale.ts';
import { selectableFieldsOf } from './selectableFields.ts';
import { type ConvertVersion, versionForm } from './storedForm.ts';
import { customPreparation } from './strategy.ts';
import { customValidation } from './validation.ts';

/** A kind and the data that it was made from. While the data are the same, the kind is kept. */
export interface CustomKind {
  readonly kind: Kind;
  readonly madeFrom: string;
}

/**
 * The kinds of a definition, one for each served version. `known`: the existing kinds. A kind that has not changed is
 * kept, with all its watches. `convert`: the definition's conversion.
 */
export function kindsOf(
  definition: CustomResourceDefinition,
  known: readonly CustomKind[],
  convert: ConvertVersion,
): readonly CustomKind[] {
  const { versions } = definition.spec;
  const storage = versions.find((version) => version.storage);
  const served = servedVersions(definition);
  const primary =
    storage !== undefined && served.includes(storage)
      ? storage
      : [...served].sort((a, b) => compareVersions(a.name, b.name))[0];
  if (storage === undefined) return [];
  return served.map((version) => {
    const facts: VersionFacts = {
      group: definition.spec.group,
      names: definition.status?.acceptedNames ?? definition.spec.names,
      scope: definition.spec.scope,
      storedVersion: storage.name,
      isPrimary: version === primary,
      conversion: definition.spec.conversion,
      deprecation: deprecationOf(definition, version),
      version,
    };
    const madeFrom = JSON.stringify(facts);
    return known.find((one) => one.madeFrom === madeFrom) ?? { kind: kindOf(facts, convert), madeFrom };
  });
}

/**
 * A definition that is being deleted and serves no version serves its stored version: its objects need an address to be
 * deleted at.
 */
function servedVersions({
  metadata,
  spec,
}: CustomResourceDefinition): readonly CustomResourceDefinitionVersion[] {
  const served = spec.versions.filter((version) => version.served);
  const isEnding = metadata.deletionTimestamp !== undefined;
  return served.length === 0 && isEnding ? spec.versions.filter((version) => version.storage) : served;
}

/** The data that a version's kind depends on. */
interface VersionFacts {
  readonly group: string;
  readonly names: CustomResourceDefinition['spec']['names'];
  readonly scope: string;
  readonly storedVersion: string;
  readonly isPrimary: boolean;
  readonly conversion: CustomResourceDefinition['spec']['conversion'];
  readonly deprecation: string | undefined;
  readonly version: CustomResourceDefinitionVersion;
}

function kindOf(facts: VersionFacts, convert: ConvertVersion): Kind {
  const { group, names, version, storedVersion } = facts;
  const { kind, plural, singular, listKind = `${kind}List`, shortNames, categories } = names;
  const address = resource(
    group,
    version.name,
    plural,
    kind,
    facts.scope === 'Namespaced' ? 'Namespaced' : 'Cluster',
  );
  const written = (version.schema?.openAPIV3Schema ?? {}) as JsonSchema;
  const schema = structuralSchema({ group, version: version.name, kind, listKind }, written);
  const { subresources } = version;
  const validation = customValidation(written, subresources, rulesOf(written));
  return {
    resource: address,
    schema,
    listKind,
    ...(singular === undefined ? {} : { singular }),
    ...(shortNames === undefined ? {} : { shortNames }),
    ...(categories === undefined ? {} : { categories }),
    ...(facts.deprecation === undefined ? {} : { deprecation: facts.deprecation }),
    storedForm: {
      version: storedVersion,
      isPrimary: facts.isPrimary,
      sameFields: facts.conversion?.strategy !== 'Webhook',
      conversion: versionForm({
        apiVersion: apiVersionOf(address),
        storedVersion: apiVersionOf({ group, version: storedVersion }),
        schema,
        convert,
      }),
    },
    unconditionalUpdate: false,
    ...customPreparation(subresources?.status !== undefined, validation.validateUpdate),
    ...validation,
    ...scaleOf(subresources?.scale),
    ...selectableFieldsOf(version),
    columns: columnsOf(version),
  };
}

/** The warning for users of a deprecated version (apiextensions `customresource_handler.go`). */
function deprecationOf(
  { spec: { group, names, versions } }: CustomResourceDefinition,
  { name, deprecated, deprecationWarning }: CustomResourceDefinitionVersion,
): string | undefined {
  if (deprecated !== true) return undefined;
  if (deprecationWarning !== undefined) return deprecationWarning;
  const [better] = versions
    .filter((other) => other.served && other.deprecated !== true && compareVersions(other.name, name) < 0)
    .map((other) => other.name)
    .sort(compareVersions);
  const message = `${group}/${name} ${names.kind} is deprecated`;
  return better === undefined ? message : `${message}; use ${group}/${better} ${names.kind}`;
}

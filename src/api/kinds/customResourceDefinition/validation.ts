import { equalJson } from '../../equalJson.ts';
import { type FieldError, field, type FieldPath, invalid, required } from '../../fields/fieldErrors.ts';
import { oneOf } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../../names/names.ts';
import type { JsonSchema } from '../../schema/structural/node.ts';
import { schemaErrors } from '../../schema/structural/wellFormed/wellFormed.ts';
import type { CustomResourceDefinition } from '../../types.ts';
import { APPROVAL_ANNOTATION, approvalOf, isProtectedGroup } from './approval.ts';
import { isConditionTrue } from './conditions.ts';
import { caBundleErrors, conversionErrors } from './conversion.ts';
import { missingNames, nameErrors } from './names.ts';
import { columnErrors, deprecationErrors, selectableFieldErrors, subresourceErrors } from './versions.ts';

type Spec = Unchecked<CustomResourceDefinition['spec']>;
type Version = NonNullable<Spec['versions']>[number];

/** apiextensions `pkg/apis/apiextensions/validation/validation.go`. */
export function validateDefinition(definition: CustomResourceDefinition): FieldError[] {
  return [...wholeErrors(definition), ...approvalErrors(definition)];
}

function wholeErrors(definition: CustomResourceDefinition): FieldError[] {
  const spec = specOf(definition);
  const name = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`;
  return [
    ...(definition.metadata.name === name
      ? []
      : [
          invalid(
            field('metadata', 'name'),
            definition.metadata.name,
            'must be spec.names.plural+"."+spec.group',
          ),
        ]),
    ...specErrors(spec, field('spec')),
    ...validateDefinitionStatus(definition),
    ...storedVersionErrors(definition.status?.storedVersions ?? [], spec.versions ?? []),
  ];
}

/** Also what may not change; who approved is asked where that has changed. */
export function validateDefinitionUpdate(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition,
): FieldError[] {
  const [spec, before] = [specOf(definition), specOf(old)];
  const path = field('spec');
  const conversion = path.child('conversion');
  return [
    ...wholeErrors(definition),
    ...(isConditionTrue(old, 'Established')
      ? [
          ...immutableField(spec.scope, before.scope, path.child('scope')),
          ...immutableField(spec.names?.kind, before.names?.kind, path.child('names', 'kind')),
          // A CA that was wrong before may stay wrong.
          ...(caBundleErrors(before.conversion, conversion).length > 0
            ? []
            : caBundleErrors(spec.conversion, conversion)),
        ]
      : []),
    ...immutableField(spec.group, before.group, path.child('group')),
    ...immutableField(spec.names?.plural, before.names?.plural, path.child('names', 'plural')),
    ...(approvalOf(definition).state === approvalOf(old).state ? [] : approvalErrors(definition)),
  ];
}

/** Names are all that is looked at of a status. */
export function validateDefinitionStatus({ status }: CustomResourceDefinition): FieldError[] {
  return nameErrors(status?.acceptedNames, field('status', 'acceptedNames'));
}

/** A protected group has to say who approved of it. */
function approvalErrors(definition: CustomResourceDefinition): FieldError[] {
  if (!isProtectedGroup(specOf(definition).group ?? '')) return [];
  const { state, message } = approvalOf(definition);
  const path = field('metadata', 'annotations').key(APPROVAL_ANNOTATION);
  if (state === 'MissingAnnotation') return [required(path, message)];
  return state === 'InvalidAnnotation'
    ? [invalid(path, definition.metadata.annotations?.[APPROVAL_ANNOTATION], message)]
    : [];
}

function storedVersionErrors(stored: readonly string[], versions: readonly Version[]): FieldError[] {
  const path = field('status', 'storedVersions');
  if (stored.length === 0) return [invalid(path, stored, 'must have at least one stored version')];
  const storage = versions.find((version) => version.storage === true)?.name;
  return [
    ...(storage === undefined || stored.includes(storage)
      ? []
      : [invalid(path, stored, `must have the storage version ${storage}`)]),
    ...stored.flatMap((name, at) =>
      versions.some((version) => version.name === name)
        ? []
        : [
            invalid(
              path.index(at),
              name,
              `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
            ),
          ],
    ),
  ];
}

function specErrors(spec: Spec, path: FieldPath): FieldError[] {
  const { versions = [] } = spec;
  const shared = sharedPaths(versions, path);
  return [
    ...groupErrors(spec.group ?? '', path.child('group')),
    ...oneOf(spec.scope, ['Cluster', 'Namespaced'], path.child('scope')),
    ...versions.flatMap((version, at) =>
      schemaOf(version) === undefined
        ? [
            required(
              path.child('versions').index(at).child('schema', 'openAPIV3Schema'),
              'schemas are required',
            ),
          ]
        : [],
    ),
    ...versions.flatMap((version, at) => versionErrors(version, path.child('versions').index(at), shared)),
    ...setErrors(versions, path.child('versions')),
    ...missingNames(spec.names, path.child('names')),
    ...nameErrors(spec.names, path.child('names')),
    ...sharedErrors(versions[0], shared),
    ...(spec.preserveUnknownFields === true
      ? [
          invalid(
            path.child('preserveUnknownFields'),
            true,
            'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
          ),
        ]
      : []),
    ...conversionErrors(spec.conversion, path.child('conversion')),
  ];
}

function groupErrors(group: string, path: FieldPath): FieldError[] {
  if (group === '') return [required(path)];
  const problems = dns1123SubdomainErrors(group);
  if (problems.length > 0) return [invalid(path, group, problems.join(','))];
  return group.includes('.') ? [] : [invalid(path, group, 'should be a domain with at least one dot')];
}

function setErrors(versions: readonly Version[], path: FieldPath): FieldError[] {
  const names = versions.map((version) => version.name);
  const errors: FieldError[] = [];
  if (new Set(names).size < names.length) {
    errors.push(invalid(path, versions, 'must contain unique version names'));
  }
  if (versions.filter((version) => version.storage === true).length !== 1) {
    errors.push(invalid(path, versions, 'must have exactly one version marked as storage version'));
  }
  return errors;
}

/** Parts of versions, and where upstream keeps each that is the same in all of them: its errors are told at that place. */
type SharedPaths = ReadonlyMap<Part, FieldPath>;
type Part = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

function sharedPaths(versions: readonly Version[], path: FieldPath): SharedPaths {
  const places = [
    ['schema', 'validation'],
    ['subresources', 'subresources'],
    ['additionalPrinterColumns', 'additionalPrinterColumns'],
    ['selectableFields', 'selectableFields'],
  ] as const;
  const [first] = versions;
  return new Map(
    places
      .filter(([part]) => versions.every((version) => equalJson(version[part], first?.[part])))
      .map(([part, place]) => [part, path.child(place)]),
  );
}

function versionErrors(version: Version, path: FieldPath, shared: SharedPaths): FieldError[] {
  const problems = dns1035LabelErrors(version.name ?? '');
  return [
    ...(problems.length === 0 ? [] : [invalid(path.child('name'), version.name ?? '', problems.join(','))]),
    ...deprecationErrors(version, path.child('deprecationWarning')),
    ...partErrors(version, (part) => (shared.has(part) ? undefined : path.child(part))),
  ];
}

function sharedErrors(first: Version | undefined, shared: SharedPaths): FieldError[] {
  return first === undefined ? [] : partErrors(first, (part) => shared.get(part));
}

/** The errors of those parts that have a place here. */
function partErrors(version: Version, placeOf: (part: Part) => FieldPath | undefined): FieldError[] {
  const schema = schemaOf(version);
  const [schemas, subresources, columns, fields] = (
    ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const
  ).map(placeOf);
  const hasStatus = version.subresources?.status !== undefined;
  return [
    ...(schemas === undefined || schema === undefined
      ? []
      : schemaErrors(schema, schemas.child('openAPIV3Schema'), { hasStatus })),
    ...(subresources === undefined ? [] : subresourceErrors(version.subresources, subresources)),
    ...(columns === undefined ? [] : columnErrors(version.additionalPrinterColumns, columns)),
    ...(fields === undefined ? [] : selectableFieldErrors(version.selectableFields, schema, fields)),
  ];
}

function specOf(definition: CustomResourceDefinition): Spec {
  return (definition as { readonly spec?: Spec }).spec ?? {};
}

function schemaOf(version: Version): JsonSchema | undefined {
  return version.schema?.openAPIV3Schema as JsonSchema | undefined;
}

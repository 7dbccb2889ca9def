import type { Draft } from '../../meta.ts';
import { conformNested } from '../../schema/structural/nested.ts';
import type { CustomResourceDefinition } from '../../types.ts';

/** apiextensions `v1/defaults.go`. */
export function setDefinitionDefaults(draft: Draft<CustomResourceDefinition>): void {
  const { spec } = draft as { spec?: Partial<Draft<CustomResourceDefinition>['spec']> };
  if (spec === undefined) return;
  for (const version of spec.versions ?? []) conformNested(version.schema?.openAPIV3Schema);
  const names = spec.names as Partial<NonNullable<typeof spec.names>> | undefined;
  if (names?.kind !== undefined && names.kind !== '') {
    if ((names.singular ?? '') === '') names.singular = names.kind.toLowerCase();
    if ((names.listKind ?? '') === '') names.listKind = `${names.kind}List`;
  }
  spec.conversion ??= { strategy: 'None' };
  const service = spec.conversion.webhook?.clientConfig?.service;
  if (service !== undefined) service.port ??= 443;
  if (spec.preserveUnknownFields === false) delete spec.preserveUnknownFields;
}

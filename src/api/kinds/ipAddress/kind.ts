import { ageColumn, column, nameColumn, NONE } from '../../columns.ts';
import { type FieldError, field, required } from '../../fields/fieldErrors.ts';
import { optionalText, requiredText } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { dns1123SubdomainErrors, pathSegmentErrors } from '../../names/names.ts';
import { ipAddresses } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { IPAddress } from '../../types.ts';

type Parent = NonNullable<Unchecked<IPAddress['spec']>['parentRef']>;

/** An address that something in the cluster has. Its name is the address. */
export const ipAddress: Kind = defineKind<IPAddress>({
  resource: ipAddresses,
  schema: builtIn('V1IPAddress'),
  shortNames: ['ip'],
  nameRule: 'ipAddress',
  hasGeneration: true,
  setDefaults(draft) {
    const incomplete: { spec?: Partial<typeof draft.spec> } = draft;
    incomplete.spec ??= {};
  },
  /** networking validation `ValidateIPAddress`. */
  validate({ spec }) {
    const parent = parentOf({ spec });
    const path = field('spec', 'parentRef');
    return parent === undefined ? [required(path)] : validateParent(parent, path);
  },
  validateUpdate: (object, old) =>
    immutableField(object.spec.parentRef, old.spec.parentRef, field('spec', 'parentRef')),
  selectableFields: ({ spec }) => {
    const { group = '', resource = '', namespace = '', name = '' } = parentOf({ spec }) ?? {};
    return {
      'spec.parentRef.group': group,
      'spec.parentRef.resource': resource,
      'spec.parentRef.namespace': namespace,
      'spec.parentRef.name': name,
    };
  },
  columns: [
    nameColumn,
    column('ParentRef', 'string', 'What has the address.', (object) => {
      const parent = parentOf(object);
      if (parent === undefined) return NONE;
      const { group = '', resource = '', namespace = '', name = '' } = parent;
      const kind = (group === '' ? resource : `${resource}.${group}`).toLowerCase();
      return [kind, ...(namespace === '' ? [] : [namespace]), name].join('/');
    }),
    ageColumn,
  ],
});

const parentOf = ({ spec }: Pick<IPAddress, 'spec'>): Parent | undefined =>
  (spec as Unchecked<IPAddress['spec']>).parentRef;

function validateParent(parent: Parent, path: ReturnType<typeof field>): FieldError[] {
  return [
    ...optionalText(dns1123SubdomainErrors, parent.group, path.child('group')),
    ...requiredText(pathSegmentErrors, parent.resource, path.child('resource')),
    ...requiredText(pathSegmentErrors, parent.name, path.child('name')),
    ...optionalText(pathSegmentErrors, parent.namespace, path.child('namespace')),
  ];
}

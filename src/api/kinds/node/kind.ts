import { dropZeros } from '../../fields/zeros.ts';
import { type FieldError, field, forbiddenField, invalid } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import type { Draft } from '../../meta.ts';
import { nodes } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { Node } from '../../types.ts';
import { equal } from '../../fields/equal.ts';
import { validateNodeTaints } from './taints.ts';
import { cidrErrors } from '../../fields/ips.ts';
import { ageColumn, column, nameColumn, NONE, orNone, UNKNOWN, wideColumn } from '../../columns.ts';
import { nodeWarnings } from './warnings.ts';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

export const node: Kind = defineKind<Node>({
  resource: nodes,
  schema: builtIn('V1Node'),
  shortNames: ['no'],
  setDefaults(draft) {
    const incomplete: Partial<Draft<Node>> = draft;
    incomplete.spec ??= {};
    dropZeros(draft.spec, ['unschedulable', 'podCIDR', 'providerID']);
    if (draft.status?.capacity !== undefined) draft.status.allocatable ??= { ...draft.status.capacity };
  },
  validate(object) {
    const path = field('spec');
    const errors: FieldError[] = validateNodeTaints(object.spec.taints ?? [], path.child('taints'));
    (object.spec.podCIDRs ?? []).forEach((cidr, i) => {
      errors.push(...cidrErrors(cidr).map((text) => invalid(path.child('podCIDRs').index(i), cidr, text)));
    });
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    for (const name of ['podCIDR', 'podCIDRs'] as const) {
      if (
        old.spec[name] !== undefined &&
        old.spec[name].length > 0 &&
        !equal(object.spec[name], old.spec[name])
      ) {
        errors.push(
          forbiddenField(
            field('spec', 'podCIDRs'),
            'node updates may not change podCIDR except from "" to valid',
          ),
        );
        break;
      }
    }
    if ((old.spec.providerID ?? '') !== '' && object.spec.providerID !== old.spec.providerID) {
      errors.push(
        forbiddenField(
          field('spec', 'providerID'),
          'node updates may not change providerID except from "" to valid',
        ),
      );
    }
    return errors;
  },
  // A kubelet writes through status what it reports; labels and annotations come with it.
  status: {},
  subresources: [
    { name: 'proxy', kind: 'NodeProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  ],
  selectableFields: (object) => ({ 'spec.unschedulable': String(object.spec.unschedulable ?? false) }),
  warnings: nodeWarnings,
  columns: [
    nameColumn,
    column('Status', 'string', 'Whether the node is ready and takes pods.', readyText),
    column('Roles', 'string', 'Roles from its labels.', rolesText),
    ageColumn,
    column('Version', 'string', 'Version of its agent.', (o) => o.status?.nodeInfo?.kubeletVersion ?? ''),
    wideColumn('Internal-IP', 'string', 'Address within the cluster.', (o) => address(o, 'InternalIP')),
    wideColumn('External-IP', 'string', 'Address from outside.', (o) => address(o, 'ExternalIP')),
    wideColumn('OS-Image', 'string', 'Operating system.', (o) => orUnknown(o.status?.nodeInfo?.osImage)),
    wideColumn('Kernel-Version', 'string', 'Kernel.', (o) => orUnknown(o.status?.nodeInfo?.kernelVersion)),
    wideColumn('Container-Runtime', 'string', 'Container runtime and its version.', (o) =>
      orUnknown(o.status?.nodeInfo?.containerRuntimeVersion),
    ),
  ],
});

const orUnknown = (text: string | undefined): string => (text === undefined || text === '' ? UNKNOWN : text);

const address = (object: Node, type: string): string =>
  orNone(object.status?.addresses?.find((candidate) => candidate.type === type)?.address ?? NONE);

function readyText(object: Node): string {
  const ready = object.status?.conditions?.find((condition) => condition.type === 'Ready');
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return object.spec.unschedulable === true ? `${text},SchedulingDisabled` : text;
}

function rolesText(object: Node): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(object.metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length)
      roles.add(key.slice(ROLE_PREFIX.length));
    else if (key === ROLE_LABEL && value !== '') roles.add(value);
  }
  return orNone([...roles].sort().join(','));
}

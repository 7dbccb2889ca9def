import { ageColumn, column, nameColumn } from '../../columns.ts';
import { type FieldError, field, invalid, required } from '../../fields/fieldErrors.ts';
import { cidrErrors } from '../../fields/ips.ts';
import { conforms, each } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { parseRange } from '../../ip/range.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { serviceCIDRs } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ServiceCIDR } from '../../types.ts';

const CIDRS = field('spec', 'cidrs');
const IMMUTABLE = 'field is immutable';

/** A range of addresses for services. */
export const serviceCIDR: Kind = defineKind<ServiceCIDR>({
  resource: serviceCIDRs,
  schema: builtIn('V1ServiceCIDR'),
  hasGeneration: true,
  setDefaults(draft) {
    const incomplete: { spec?: typeof draft.spec } = draft;
    incomplete.spec ??= {};
  },
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate: ({ spec }) => validateRanges(spec),
  validateUpdate: validateChange,
  status: {},
  columns: [
    nameColumn,
    column('CIDRs', 'string', 'The ranges.', ({ spec }) => (spec.cidrs ?? []).join(',')),
    ageColumn,
  ],
});

/** networking validation `validateServiceCIDRSpec`. */
function validateRanges(spec: Unchecked<ServiceCIDR['spec']>): FieldError[] {
  const cidrs = spec.cidrs ?? [];
  if (cidrs.length === 0) return [required(CIDRS, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalid(CIDRS, spec, 'may only hold up to 2 values')];
  const errors = each(cidrs, CIDRS, (cidr, at) => conforms(cidrErrors, cidr, at));
  const [first, second] = cidrs.map((cidr) => parseRange(cidr)?.family);
  if (cidrs.length === 2 && first !== undefined && first === second) {
    const why = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    errors.push(invalid(CIDRS, cidrs, why));
  }
  return errors;
}

/** A second range may be added, for two families; nothing else changes. */
function validateChange({ spec }: ServiceCIDR, old: ServiceCIDR): FieldError[] {
  const [now, before] = [spec.cidrs ?? [], old.spec.cidrs ?? []];
  const isGrown = before.length === 1 && now.length === 2;
  if (now.length !== before.length && !isGrown) return [invalid(CIDRS, now, IMMUTABLE)];
  return before.flatMap((cidr, at) =>
    cidr === now[at] ? [] : [invalid(CIDRS.index(at), now[at], IMMUTABLE)],
  );
}

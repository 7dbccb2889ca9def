import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import type { Service } from '../../types.ts';
import { isIPv4, isIPv6 } from '../../ip/address.ts';
import { ipErrors } from '../../fields/ips.ts';
import { conforms, each, optionalOneOf } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';

export type ServiceSpec = Unchecked<Service['spec']>;

const FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

export const isHeadless = (spec: ServiceSpec): boolean =>
  spec.clusterIP === 'None' || spec.clusterIPs?.[0] === 'None';

/** core validation `ValidateServiceClusterIPsRelatedFields`, and what a single-stack IPv4 cluster can give. */
export function validateClusterIPs(spec: ServiceSpec, path: FieldPath): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const at = path.child('clusterIPs');
  const familiesPath = path.child('ipFamilies');
  const errors: FieldError[] = [];
  if (clusterIP === '' && clusterIPs.length > 0) {
    errors.push(invalid(at, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  } else if (clusterIP !== '' && clusterIPs.length === 0) errors.push(required(at));
  else if (clusterIP !== '' && clusterIPs[0] !== clusterIP) {
    errors.push(invalid(at, clusterIPs, 'first value must match `clusterIP`'));
  }
  errors.push(
    ...each(ipFamilies, familiesPath, (family, index, i) => [
      ...(FAMILIES.includes(family) ? [] : [notSupported(index, family, FAMILIES)]),
      ...(ipFamilies.indexOf(family) < i ? [duplicate(index, family)] : []),
    ]),
    ...optionalOneOf(ipFamilyPolicy, POLICIES, path.child('ipFamilyPolicy')),
  );
  if (isHeadless(spec)) {
    if (clusterIPs.length > 1)
      errors.push(invalid(at, clusterIPs, "'None' must be the first and only value"));
    return errors;
  }
  return [...errors, ...validateAddresses(clusterIPs, ipFamilies, at), ...validateSingleStack(spec, path)];
}

function validateAddresses(
  addresses: readonly string[],
  families: readonly string[],
  path: FieldPath,
): FieldError[] {
  const errors = each(addresses, path, (address, at) => conforms(ipErrors, address, at));
  if (addresses.length > 2) errors.push(invalid(path, addresses, 'may only hold up to 2 values'));
  if (errors.length > 0) return errors;
  const v4 = addresses.filter(isIPv4).length;
  if (addresses.length === 2 && v4 !== 1) {
    errors.push(invalid(path, addresses, 'may specify no more than one IP for each IP family'));
  }
  return [
    ...errors,
    ...each(addresses, path, (address, at, i) => {
      const family = families[i];
      const fits = family === undefined || (family === 'IPv4' ? isIPv4(address) : isIPv6(address));
      return fits
        ? []
        : [invalid(at, address, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``)];
    }),
  ];
}

/** core/service `storage/alloc.go`: only IPv4 is configured. */
function validateSingleStack(spec: ServiceSpec, path: FieldPath): FieldError[] {
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    const why = 'this cluster is not configured for dual-stack services';
    return [invalid(path.child('ipFamilyPolicy'), spec.ipFamilyPolicy, why)];
  }
  return each(spec.ipFamilies, path.child('ipFamilies'), (family, at) =>
    family === 'IPv6' ? [invalid(at, family, 'not configured on this cluster')] : [],
  );
}

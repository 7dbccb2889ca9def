import { type FieldError, field, forbiddenField, invalid } from '../../fields/fieldErrors.ts';
import type { Service } from '../../types.ts';
import { ipErrors } from '../../fields/ips.ts';
import { dns1123SubdomainErrors } from '../../names/names.ts';
import { each, oneOf, optionalText } from '../../fields/rules.ts';

/** core validation `ValidateLoadBalancerStatus`: only load balancers have addresses of their own. */
export function validateLoadBalancerStatus({ spec, status }: Service): FieldError[] {
  const path = field('status', 'loadBalancer', 'ingress');
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (spec.type !== 'LoadBalancer' && ingress.length > 0) {
    return [forbiddenField(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return each(ingress, path, ({ ip = '', ipMode, hostname = '' }, at) => {
    const errors = optionalText(ipErrors, ip, at.child('ip'));
    const modePath = at.child('ipMode');
    if (ip !== '') errors.push(...oneOf(ipMode, ['Proxy', 'VIP'], modePath));
    else if (ipMode !== undefined)
      errors.push(forbiddenField(modePath, 'may not be specified when `ip` is not set'));
    errors.push(...optionalText(dns1123SubdomainErrors, hostname, at.child('hostname')));
    if (hostname !== '' && ipErrors(hostname).length === 0) {
      errors.push(invalid(at.child('hostname'), hostname, 'must be a DNS name, not an IP address'));
    }
    return errors;
  });
}

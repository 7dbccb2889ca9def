import {
  duplicate,
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
} from '../../fields/fieldErrors.ts';
import type { ContainerStatus, Pod } from '../../types.ts';
import { isIPv4 } from '../../ip/address.ts';
import { ipErrors } from '../../fields/ips.ts';
import { dns1123SubdomainErrors, qualifiedNameErrors } from '../../names/names.ts';
import { conforms, each, optionalText } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';

const ONE_PER_FAMILY = 'may specify no more than one IP for each IP family';
const LISTS = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

/** core validation `ValidatePodStatusUpdate`. */
export function validatePodStatusUpdate(object: Unchecked<Pod>, old: Pod): FieldError[] {
  const path = field('status');
  const status = object.status ?? {};
  const errors = each(status.conditions, field('metadata', 'conditions'), (condition, at) =>
    conforms(qualifiedNameErrors, condition.type ?? '', at.child('Type')),
  );
  if ((object.spec?.nodeName ?? '') !== (old.spec.nodeName ?? '')) {
    errors.push(forbiddenField(path.child('nodeName'), 'may not be changed directly'));
  }
  errors.push(
    ...optionalText(dns1123SubdomainErrors, status.nominatedNodeName, path.child('nominatedNodeName')),
  );
  for (const list of LISTS) {
    errors.push(...validateTransitions(status[list] ?? [], old, list, path.child(list)));
  }
  const hostIPs = status.hostIPs ?? [];
  if (hostIPs.length > 0 && hostIPs[0]?.ip !== status.hostIP) {
    errors.push(
      invalid(path.child('hostIPs').index(0).child('ip'), hostIPs[0]?.ip ?? '', 'must be equal to `hostIP`'),
    );
  }
  return [
    ...errors,
    ...optionalText(ipErrors, status.hostIP, path.child('hostIP')),
    ...validateAddresses(status.podIPs ?? [], path.child('podIPs')),
    ...validateAddresses(hostIPs, path.child('hostIPs')),
  ];
}

/** A container that ended for good does not run again. */
function validateTransitions(
  now: readonly Unchecked<ContainerStatus>[],
  old: Pod,
  list: (typeof LISTS)[number],
  path: FieldPath,
): FieldError[] {
  const { restartPolicy, containers, initContainers = [] } = old.spec;
  const ownPolicy = new Map([...containers, ...initContainers].map((c) => [c.name, c.restartPolicy]));
  return each(old.status?.[list], path, (before, at) => {
    const ended = before.state?.terminated;
    // Nobody restarts the containers that are there to look around.
    const policy =
      list === 'ephemeralContainerStatuses' ? 'Never' : (ownPolicy.get(before.name) ?? restartPolicy);
    if (ended === undefined || policy === 'Always') return [];
    if (ended.exitCode !== 0 && policy === 'OnFailure') return [];
    const restarted = now.some(
      (after) => after.name === before.name && after.state?.terminated === undefined,
    );
    return restarted
      ? [forbiddenField(at.child('state'), 'may not be transitioned to non-terminated state')]
      : [];
  });
}

function validateAddresses(
  addresses: readonly { readonly ip?: string | undefined }[],
  path: FieldPath,
): FieldError[] {
  const seen = new Set<string>();
  const errors = each(addresses, path, (address, at) => conforms(ipErrors, address.ip ?? '', at));
  if (addresses.length < 2) return errors;
  const v4 = addresses.filter(({ ip = '' }) => isIPv4(ip)).length;
  if (addresses.length > 2 || v4 !== 1) errors.push(invalid(path, addresses, ONE_PER_FAMILY));
  addresses.forEach((address, i) => {
    const ip = address.ip ?? '';
    if (seen.has(ip)) errors.push(duplicate(path.index(i), address));
    seen.add(ip);
  });
  return errors;
}

import { type FieldError, type FieldPath, forbiddenField, tooLong } from '../fields/fieldErrors.ts';
import { optionalText } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../names/names.ts';
import type { PodSpec } from '../types.ts';

/** What the kernel takes (`__NEW_UTS_LEN`). */
const MAX_LENGTH = 64;

/** A pod's name for itself, and the one that may stand in for it (KEP-4762). */
export function validateHostname(spec: Unchecked<PodSpec>, path: FieldPath): FieldError[] {
  const { hostname = '', subdomain = '', hostnameOverride = '' } = spec;
  if (hostname === '' && subdomain === '' && hostnameOverride === '') return [];
  return [
    ...optionalText(dns1123LabelErrors, spec.hostname, path.child('hostname')),
    ...optionalText(dns1123LabelErrors, spec.subdomain, path.child('subdomain')),
    ...validateOverride(spec, path.child('hostnameOverride')),
  ];
}

function validateOverride(spec: Unchecked<PodSpec>, path: FieldPath): FieldError[] {
  const { hostnameOverride: name = '' } = spec;
  if (name === '') return [];
  const errors = optionalText(dns1123SubdomainErrors, name, path);
  if (name.length > MAX_LENGTH) errors.push(tooLong(path, MAX_LENGTH));
  if (spec.hostNetwork === true)
    errors.push(forbiddenField(path, 'may not be set when `hostNetwork` is true'));
  if (spec.setHostnameAsFQDN === true) {
    errors.push(forbiddenField(path, 'may not be set when `setHostnameAsFQDN` is true'));
  }
  return errors;
}

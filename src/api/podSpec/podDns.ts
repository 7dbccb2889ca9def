import { type FieldError, type FieldPath, invalid, required } from '../fields/fieldErrors.ts';
import type { PodSpec } from '../types.ts';
import { ipErrors } from '../fields/ips.ts';
import { dns1123SubdomainErrors, dns1123SubdomainUnderscoreErrors } from '../names/names.ts';
import { conforms, each } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

/** The resolver's own limits. */
const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

/** core validation `validatePodDNSConfig`. */
export function validateDNSConfig(
  { dnsPolicy, dnsConfig }: Pick<Unchecked<PodSpec>, 'dnsPolicy' | 'dnsConfig'>,
  path: FieldPath,
): FieldError[] {
  if (dnsPolicy === 'None') {
    if (dnsConfig === undefined) {
      return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    }
    if ((dnsConfig.nameservers ?? []).length === 0) {
      const why = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return [required(path.child('nameservers'), why)];
    }
  }
  const { nameservers = [], searches = [], options } = dnsConfig ?? {};
  const errors: FieldError[] = [];
  if (nameservers.length > MAX_NAMESERVERS) {
    const why = `must not have more than ${MAX_NAMESERVERS} nameservers`;
    errors.push(invalid(path.child('nameservers'), nameservers, why));
  }
  errors.push(
    ...each(nameservers, path.child('nameservers'), (server, at) => conforms(ipErrors, server, at)),
  );
  if (searches.length > MAX_SEARCHES) {
    errors.push(
      invalid(path.child('searches'), searches, `must not have more than ${MAX_SEARCHES} search paths`),
    );
  }
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS) {
    const why = `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`;
    errors.push(invalid(path.child('searches'), searches, why));
  }
  errors.push(
    ...each(searches, path.child('searches'), (search, at) =>
      // The root alone means that names are looked up as they are.
      search === '.'
        ? []
        : conforms(dns1123SubdomainUnderscoreErrors, search.endsWith('.') ? search.slice(0, -1) : search, at),
    ),
  );
  errors.push(
    ...each(options, path.child('options'), (option, at) =>
      (option.name ?? '') === '' ? [required(at, 'must not be empty')] : [],
    ),
  );
  return errors;
}

/** core validation `ValidateHostAliases`. */
export function validateHostAliases(
  aliases: Unchecked<PodSpec>['hostAliases'],
  path: FieldPath,
): FieldError[] {
  return each(aliases, path, (alias, at) => [
    ...conforms(ipErrors, alias.ip ?? '', at.child('ip')),
    ...each(alias.hostnames, at.child('hostnames'), (name, nameAt) =>
      conforms(dns1123SubdomainErrors, name, nameAt),
    ),
  ]);
}

import { type FieldError, type FieldPath, invalid, required, tooLong } from '../../fields/fieldErrors.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors, type StringRule } from '../../names/names.ts';

const MAX_DOMAIN = 253;
/** A label and a subdomain with their dot. */
const MAX_PATH = 253 + 63 + 1;

/** core validation `ValidateSignerName`: a domain, and a name within it. */
export function signerNameErrors(name: string, path: FieldPath): FieldError[] {
  if (name === '') return [required(path)];
  const [domain = '', rest, ...more] = name.split('/');
  if (rest === undefined || more.length > 0) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalid(path, name, why)];
  }
  const labels = domain.split('.');
  return [
    ...(domain.length > MAX_DOMAIN ? [tooLong(path, MAX_DOMAIN)] : []),
    ...firstWrong(labels, dns1123LabelErrors).map((text) => invalid(path, domain, text)),
    ...(labels.length < 2
      ? [invalid(path, domain, 'should be a domain with at least two segments separated by dots')]
      : []),
    ...firstWrong(rest.split('.'), dns1123SubdomainErrors).map((text) => invalid(path, rest, text)),
    ...(name.length > MAX_DOMAIN + MAX_PATH + 1 ? [tooLong(path, MAX_DOMAIN + MAX_PATH + 1)] : []),
  ];
}

function firstWrong(labels: readonly string[], rule: StringRule): string[] {
  for (const label of labels) {
    const errors = rule(label);
    if (errors.length > 0) {
      return errors.map((text) => `validating label ${JSON.stringify(label)}: ${text}`);
    }
  }
  return [];
}

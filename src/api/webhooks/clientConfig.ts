import { type FieldError, type FieldPath, invalid, required } from '../fields/fieldErrors.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import { dns1123SubdomainErrors, portNumberErrors } from '../names/names.ts';
import type { WebhookClientConfig } from '../types.ts';

export const WEBHOOK_PORT = 443;

const FORM = '; desired format: https://host[/path]';

/** The parts of a URL as RFC 3986 (appendix B) has them. */
const URL_PARTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/** Where a webhook is: at a URL or behind a service, not both (apiserver `pkg/util/webhook/validation.go`). */
export function validateClientConfig(
  config: Unchecked<WebhookClientConfig> | undefined,
  path: FieldPath,
): FieldError[] {
  const { url, service } = config ?? {};
  if ((url === undefined) === (service === undefined)) {
    return [required(path, 'exactly one of url or service is required')];
  }
  return url === undefined
    ? validateService(service ?? {}, path.child('service'))
    : validateUrl(url, path.child('url'));
}

function validateUrl(url: string, path: FieldPath): FieldError[] {
  const [, scheme = '', authority = '', , query = '', fragment = ''] = URL_PARTS.exec(url) ?? [];
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const errors: FieldError[] = [];
  if (scheme !== 'https') {
    errors.push(invalid(path, scheme, `'https' is the only allowed URL scheme${FORM}`));
  }
  if (host === '') errors.push(invalid(path, host, `host must be provided${FORM}`));
  else if (!URL.canParse(`https://${authority}`)) {
    errors.push(required(path, `url must be a valid URL: parse ${JSON.stringify(url)}: invalid host${FORM}`));
  }
  if (at >= 0) {
    errors.push(invalid(path, authority.slice(0, at), 'user information is not permitted in the URL'));
  }
  if (fragment !== '') errors.push(invalid(path, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') errors.push(invalid(path, query, 'query parameters are not permitted in the URL'));
  return errors;
}

function validateService(
  { name = '', namespace = '', port = WEBHOOK_PORT, path: urlPath = '' }: Unchecked<Service>,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(path.child('name'), 'service name is required'));
  if (namespace === '') errors.push(required(path.child('namespace'), 'service namespace is required'));
  const wrongPort = portNumberErrors(port);
  if (wrongPort.length > 0) {
    errors.push(invalid(path.child('port'), port, `port is not valid: ${wrongPort.join(', ')}`));
  }
  return [...errors, ...pathErrors(urlPath).map((text) => invalid(path.child('path'), urlPath, text))];
}

type Service = NonNullable<WebhookClientConfig['service']>;

function pathErrors(urlPath: string): string[] {
  if (urlPath === '' || urlPath === '/') return [];
  if (urlPath === '//') return ['segment[0] may not be empty'];
  const errors = urlPath.startsWith('/') ? [] : ["must start with a '/'"];
  const segments = urlPath.slice(1).replace(/\/$/, '').split('/');
  segments.forEach((segment, i) => {
    if (segment === '') errors.push(`segment[${i}] may not be empty`);
    else errors.push(...dns1123SubdomainErrors(segment).map((text) => `segment[${i}]: ${text}`));
  });
  return errors;
}

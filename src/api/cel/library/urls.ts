import { flat, traversesFirst } from '../cost/calls.ts';
import { global, type Library, member } from '../declarations.ts';
import { parseUrl, type Url } from '../url.ts';
import { BOOL, listOf, mapOf, opaque, STRING } from '../types.ts';
import { CelError, CelMap, OpaqueValue, type Value } from '../values.ts';

const URL = opaque('kubernetes.URL');

export class UrlValue extends OpaqueValue {
  readonly typeName = 'kubernetes.URL';
  readonly text: string;
  readonly url: Url;

  constructor(text: string, url: Url) {
    super();
    this.text = text;
    this.url = url;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
}

function parse(text: string): Value {
  const url = parseUrl(text);
  return typeof url === 'string'
    ? new CelError(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${url}`)
    : new UrlValue(text, url);
}

function query({ url }: UrlValue): Value {
  const map = new CelMap();
  for (const [key, values] of url.query) map.add(key, values);
  return map;
}

const one = flat(1);
const part = (name: string, id: string, key: keyof Omit<Url, 'query'>): ReturnType<typeof member> =>
  member(name, id, [URL], STRING, ({ url }: UrlValue) => url[key], one);

/** URLs (`k8s.io/apiserver/pkg/cel/library/urls.go`). */
export const URLS: Library = {
  functions: [
    global('url', 'string_to_url', [STRING], URL, parse, traversesFirst(1, true)),
    global('isURL', 'is_url_string', [STRING], BOOL, (text: string) => typeof parseUrl(text) !== 'string'),
    part('getScheme', 'url_get_scheme', 'scheme'),
    part('getHost', 'url_get_host', 'host'),
    part('getHostname', 'url_get_hostname', 'hostname'),
    part('getPort', 'url_get_port', 'port'),
    part('getEscapedPath', 'url_get_escaped_path', 'escapedPath'),
    member('getQuery', 'url_get_query', [URL], mapOf(STRING, listOf(STRING)), query, one),
  ],
  types: [URL],
};

/** The parts of a URL, as Go's package net/url reads them. */
export interface Url {
  readonly scheme: string;
  /** With the port. */
  readonly host: string;
  /** Without port and brackets. */
  readonly hostname: string;
  readonly port: string;
  readonly escapedPath: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
}

const INVALID_ESCAPE = /%(?![0-9a-fA-F]{2})(.{0,2})/;

/** Parses an absolute URL or path; returns the error if it is not one (`url.ParseRequestURI`). */
export function parseUrl(text: string): Url | string {
  if (text === '') return 'empty url';
  // eslint-disable-next-line no-control-regex -- these are what is refused
  if (/[\x00-\x1f\x7f]/.test(text)) return 'net/url: invalid control character in URL';
  const [, scheme = '', rest = text] = /^([a-zA-Z][a-zA-Z0-9+.-]*):(.*)$/s.exec(text) ?? [];
  if (scheme === '' && rest.startsWith(':')) return 'missing protocol scheme';
  const [withoutFragment = ''] = rest.split('#', 1);
  const mark = withoutFragment.indexOf('?');
  const before = mark < 0 ? withoutFragment : withoutFragment.slice(0, mark);
  const query = mark < 0 ? '' : withoutFragment.slice(mark + 1);
  if (!before.startsWith('/')) {
    return scheme === '' ? 'invalid URI for request' : opaque(scheme, query);
  }
  const [, authority, path = ''] = (scheme === '' ? undefined : /^\/\/([^/]*)(.*)$/s.exec(before)) ?? [
    '',
    undefined,
    before,
  ];
  const bad = INVALID_ESCAPE.exec(path);
  if (bad !== null) return `invalid URL escape "${bad[0]}"`;
  const host = hostOf(authority ?? '');
  if (typeof host === 'string') return host;
  return { scheme: scheme.toLowerCase(), ...host, escapedPath: escapePath(path), query: parseQuery(query) };
}

/** `mailto:name`: the part after the scheme is not a path. */
function opaque(scheme: string, query: string): Url {
  return {
    scheme: scheme.toLowerCase(),
    host: '',
    hostname: '',
    port: '',
    escapedPath: '',
    query: parseQuery(query),
  };
}

type Host = Pick<Url, 'host' | 'hostname' | 'port'>;

function hostOf(authority: string): Host | string {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const bracketed = /^\[([^\]]*)\](.*)$/.exec(host);
  if (host.startsWith('[') && bracketed === null) return "missing ']' in host";
  const [, hostname = '', after = ''] = bracketed ?? /^([^:]*)(.*)$/s.exec(host) ?? [];
  if (after !== '' && !/^:\d*$/.test(after)) return `invalid port ${JSON.stringify(after)} after host`;
  const odd = /[ "<>\\^`{|}]/.exec(host);
  if (odd !== null) return `invalid character ${JSON.stringify(odd[0])} in host name`;
  return { host, hostname, port: after.slice(1) };
}

/** Returns a well escaped path as it is; otherwise escapes every character that needs it. */
function escapePath(path: string): string {
  if (/^(?:[\w\-.~!$&'()*+,;=:@[\]/]|%[0-9a-fA-F]{2})*$/.test(path)) return path;
  return encodeURIComponent(unescape(path)).replaceAll(/%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, (part) =>
    decodeURIComponent(part),
  );
}

function unescape(text: string): string {
  return Buffer.from(
    text.replaceAll(/%([0-9a-fA-F]{2})|[^%]+/g, (part: string, hex: string | undefined) =>
      hex === undefined
        ? Buffer.from(part).toString('latin1')
        : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  ).toString();
}

function parseQuery(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    if (pair === '' || pair.includes(';') || INVALID_ESCAPE.test(pair)) continue;
    const equals = pair.indexOf('=');
    const key = unescape((equals < 0 ? pair : pair.slice(0, equals)).replaceAll('+', ' '));
    const value = equals < 0 ? '' : unescape(pair.slice(equals + 1).replaceAll('+', ' '));
    found.set(key, [...(found.get(key) ?? []), value]);
  }
  return found;
}

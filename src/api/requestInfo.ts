import { parseFieldSelector } from './fieldSelector.ts';
import { booleanOption } from './queryOptions.ts';
import type { RequestInfo, Verb } from './request.ts';

/** Subresources of a namespace itself: `/api/v1/namespaces/x/status` is no resource in the namespace. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

const VERB_OF_METHOD: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['POST', 'create'],
  ['GET', 'get'],
  ['HEAD', 'get'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
  ['OPTIONS', 'options'],
]);

/**
 * What a request is about, from its method, path and query: the rules of apiserver
 * `pkg/endpoints/request/requestinfo.go`, the legacy `/proxy/` and `/watch/` prefixes included.
 * @param path without the query, percent-encoded as received
 */
export function resolveRequestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const parts = path.split('/').filter((part) => part !== '');
  const isApi = parts[0] === 'api' || parts[0] === 'apis';
  const legacy = parts[0] === 'api';
  const versionAt = legacy ? 1 : 2;
  const version = parts[versionAt];
  if (!isApi || version === undefined || parts.length <= versionAt + 1) return nonResource(method, path);

  const group = legacy ? '' : (parts[1] ?? '');
  let verb: Verb = VERB_OF_METHOD.get(method) ?? 'options';
  let rest = parts.slice(versionAt + 1);
  let watchPrefix = false;
  if (rest[0] === 'watch' && rest.length > 1) {
    watchPrefix = true;
    rest = rest.slice(1);
  }

  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 1) {
    namespace = decode(rest[1]);
    // `/namespaces/x/pods` is about pods in x; `/namespaces/x` and `/namespaces/x/status` are about x.
    if (rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2] ?? '')) rest = rest.slice(2);
  }

  const name = decode(rest[1]);
  const subresource = rest[2] ?? '';
  const info = {
    isResourceRequest: true,
    path,
    group,
    version,
    namespace,
    resource: rest[0] ?? '',
    subresource,
    name,
    rest: subresource === '' ? '' : restOf(path, rest.length, parts.length),
  };
  if (watchPrefix) return { ...info, verb: 'watch' };
  if (name === '' && verb === 'get') verb = booleanOption(query, 'watch') ? 'watch' : 'list';
  if (name === '' && verb === 'delete') verb = 'deletecollection';
  return { ...info, verb, name: verb === 'list' || verb === 'watch' ? selectedName(query) : name };
}

function nonResource(method: string, path: string): RequestInfo {
  return {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase() as Verb,
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    rest: '',
  };
}

/**
 * A list with `fieldSelector=metadata.name=x` is about x: rules with resourceNames apply to it. '' for one without, or
 * with a name that no path could hold: the handler refuses a selector that cannot be read.
 */
export function selectedName(query: URLSearchParams): string {
  const selector = query.get('fieldSelector');
  if (selector === null) return '';
  let name;
  try {
    name = parseFieldSelector(selector).requires('metadata.name') ?? '';
  } catch {
    return '';
  }
  return name === '.' || name === '..' || /[/%]/.test(name) ? '' : name;
}

/** The part of the path behind the subresource as received, so that doubled and trailing slashes are kept. */
function restOf(path: string, resourceParts: number, allParts: number): string {
  const skip = allParts - resourceParts + 3;
  let seen = 0;
  let inPart = false;
  for (let at = 0; at < path.length; at += 1) {
    const slash = path[at] === '/';
    if (slash && inPart && seen === skip) return path.slice(at);
    if (!slash && !inPart) seen += 1;
    inPart = !slash;
  }
  return '';
}

function decode(part: string | undefined): string {
  if (part === undefined || !part.includes('%')) return part ?? '';
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

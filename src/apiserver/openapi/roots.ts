import { apiVersionOf } from '../../api/resource.ts';
import type { Definition } from '../../api/schema/definition.ts';
import { builtIn } from '../../api/schema/index.ts';
import type { DiscoveredGroup } from '../discovery/groups.ts';
import { ALL_TYPES, capital, groupId, JSON_TYPE } from './names.ts';
import type { Path } from './operations.ts';

const API_VERSIONS = builtIn('V1APIVersions').definition;
const API_GROUPS = builtIn('V1APIGroupList').definition;
const API_GROUP = builtIn('V1APIGroup').definition;
const API_RESOURCES = builtIn('V1APIResourceList').definition;
const VERSION = builtIn('VersionInfo').definition;

/** Paths of no resource that have a document of their own in OpenAPI v3, by the document's name. */
export function rootPaths(groups: readonly DiscoveredGroup[]): ReadonlyMap<string, Path> {
  const wellKnown = 'well known openid configuration of the issuer of service account tokens';
  return new Map<string, Path>([
    [
      '.well-known/openid-configuration',
      get('/.well-known/openid-configuration/', 'getServiceAccountIssuerOpenIDConfiguration', wellKnown, {
        produces: [JSON_TYPE],
      }),
    ],
    ['api', get('/api/', 'getCoreAPIVersions', 'get available API versions', { result: API_VERSIONS })],
    ['apis', get('/apis/', 'getAPIVersions', 'get available API versions', { result: API_GROUPS })],
    ...groups
      .filter(({ group }) => group !== '')
      .map(({ group }): [string, Path] => [
        `apis/${group}`,
        get(`/apis/${group}/`, `get${groupId(group)}APIGroup`, 'get information of a group', {
          result: API_GROUP,
        }),
      ]),
    [
      'openid/v1/jwks',
      get(
        '/openid/v1/jwks/',
        'getServiceAccountIssuerOpenIDKeyset',
        'get the keys of service account tokens',
        {
          produces: ['application/jwk-set+json'],
        },
      ),
    ],
    [
      'version',
      get('/version/', 'getCodeVersion', 'get the version information for this server', {
        result: VERSION,
        produces: [JSON_TYPE],
      }),
    ],
  ]);
}

/** The path that lists what a version of a group has. */
export function versionPath(group: string, version: string): Path {
  return get(
    `/${group === '' ? 'api' : 'apis'}/${apiVersionOf({ group, version })}/`,
    `get${groupId(group)}${capital(version)}APIResources`,
    'get available resources',
    { result: API_RESOURCES },
  );
}

function get(
  path: string,
  id: string,
  description: string,
  { result, produces = ALL_TYPES }: { result?: Definition; produces?: readonly string[] },
): Path {
  return {
    path,
    parameters: [],
    operations: [
      {
        method: 'get',
        action: undefined,
        kind: undefined,
        id,
        description,
        body: undefined,
        patchTypes: undefined,
        result,
        produces,
        codes: [200],
        query: [],
      },
    ],
  };
}

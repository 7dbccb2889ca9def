import assert from 'node:assert/strict';
import { resolveRequestInfo } from './requestInfo.ts';

const info = (method: string, url: string): string => {
  const [path = '', query] = url.split('?');
  const i = resolveRequestInfo(method, path, new URLSearchParams(query));
  return [
    i.isResourceRequest,
    i.verb,
    i.group,
    i.version,
    i.namespace,
    i.resource,
    i.subresource,
    i.name,
    i.rest,
  ].join('|');
};

describe('resolveRequestInfo', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['GET', '/api/v1/namespaces', 'true|list||v1||namespaces|||'],
    ['constructor', '/api/v1/namespaces', 'true|options||v1||namespaces|||'],
    ['GET', '/api/v1/namespaces/other', 'true|get||v1|other|namespaces||other|'],
    ['PUT', '/api/v1/namespaces/other/finalize', 'true|update||v1|other|namespaces|finalize|other|'],
    ['PATCH', '/api/v1/namespaces/other/status', 'true|patch||v1|other|namespaces|status|other|'],
    ['GET', '/api/v1/namespaces/other/pods', 'true|list||v1|other|pods|||'],
    ['GET', '/api/v1/namespaces/other/pods?watch=true', 'true|watch||v1|other|pods|||'],
    ['GET', '/api/v1/namespaces/other/pods?watch=false', 'true|list||v1|other|pods|||'],
    ['GET', '/api/v1/watch/namespaces/other/pods', 'true|watch||v1|other|pods|||'],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Dx', 'true|list||v1||pods||x|'],
    ['GET', '/api/v1/namespaces/other/pods?watch=False', 'true|list||v1|other|pods|||'],
    ['GET', '/api/v1/namespaces/other/pods?watch=True', 'true|watch||v1|other|pods|||'],
    ['GET', '/api/v1/namespaces/other/pods?watch', 'true|watch||v1|other|pods|||'],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Da%5C%2Cb', 'true|list||v1||pods||a,b|'],
    [
      'GET',
      '/api/v1/pods?fieldSelector=spec.x%3D1%2Cmetadata.name%3D%3Da%5C%3Db',
      'true|list||v1||pods||a=b|',
    ],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name!%3Dx', 'true|list||v1||pods|||'],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Da%2Fb', 'true|list||v1||pods|||'],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Da%5Cb', 'true|list||v1||pods|||'],
    ['DELETE', '/api/v1/namespaces/other/pods', 'true|deletecollection||v1|other|pods|||'],
    ['DELETE', '/api/v1/namespaces/other/pods/a', 'true|delete||v1|other|pods||a|'],
    ['GET', '/api/v1/nodes/n1', 'true|get||v1||nodes||n1|'],
    [
      'POST',
      '/apis/apps/v1/namespaces/d/deployments/web/scale',
      'true|create|apps|v1|d|deployments|scale|web|',
    ],
    ['GET', '/api/v1/namespaces/d/pods/p/proxy', 'true|get||v1|d|pods|proxy|p|'],
    ['GET', '/api/v1/namespaces/d/pods/p/proxy/', 'true|get||v1|d|pods|proxy|p|/'],
    [
      'GET',
      '/api/v1/namespaces/d/services/https:s:http/proxy/a//b/',
      'true|get||v1|d|services|proxy|https:s:http|/a//b/',
    ],
    ['GET', '/api/v1/nodes/n1/proxy/metrics', 'true|get||v1||nodes|proxy|n1|/metrics'],
    ['GET', '/api/v1', 'false|get|||||||'],
    ['GET', '/apis/apps', 'false|get|||||||'],
    ['GET', '/apis/apps/v1', 'false|get|||||||'],
    ['POST', '/healthz', 'false|post|||||||'],
  ];
  for (const [method, url, expected] of cases) {
    it(`${method} ${url}`, () => assert.equal(info(method, url), expected));
  }
});

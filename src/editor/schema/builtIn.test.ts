import assert from 'node:assert/strict';
import { loadDocumentation } from '../../api/schema/builtIn/documentation.ts';
import { builtInSchemas } from './builtIn.ts';
import { schemaAt, type SchemaNode, type SchemaSource } from './schemaNode.ts';

describe('builtInSchemas()', () => {
  let schemas: SchemaSource;
  before(async () => (schemas = builtInSchemas(await loadDocumentation())));
  const at = (apiVersion: string, kind: string, ...path: (string | number)[]): SchemaNode | undefined => {
    const root = schemas(apiVersion, kind);
    return root === undefined ? undefined : schemaAt(root, path);
  };

  it('knows kinds of every group, also those that no cluster of this product serves', () => {
    for (const [apiVersion, kind] of [
      ['v1', 'Pod'],
      ['apps/v1', 'StatefulSet'],
      ['networking.k8s.io/v1', 'Ingress'],
      ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
      ['flowcontrol.apiserver.k8s.io/v1', 'FlowSchema'],
      ['autoscaling/v2', 'HorizontalPodAutoscaler'],
      ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
      ['v1', 'Event'],
      ['events.k8s.io/v1', 'Event'],
    ] as const)
      assert.equal(at(apiVersion, kind)?.type, 'object', `${apiVersion} ${kind}`);
    assert.equal(at('example.com/v1', 'Widget'), undefined);
    assert.equal(at('apps.example.com/v1', 'Deployment'), undefined);
  });

  it('gives types and descriptions along a path', () => {
    const image = at('apps/v1', 'Deployment', 'spec', 'template', 'spec', 'containers', 0, 'image');
    assert.equal(image?.type, 'string');
    assert.match(image.description, /Container image name/);
    assert.equal(at('v1', 'Pod', 'metadata', 'labels', 'app')?.type, 'string');
    assert.equal(at('v1', 'Pod', 'metadata', 'labels')?.type, 'map');
    assert.equal(at('v1', 'Service', 'spec', 'ports', 0, 'targetPort')?.type, 'intOrString');
    assert.equal(at('v1', 'Pod', 'spec', 'containers', 0, 'resources', 'limits', 'cpu')?.type, 'quantity');
    assert.equal(at('v1', 'Pod', 'spec', 'containers', 'image'), undefined);
  });

  it('says what must be there, and what values are allowed', () => {
    assert.deepEqual(at('v1', 'Pod', 'spec', 'containers', 0)?.required, ['name']);
    assert.deepEqual(at('v1', 'Pod', 'spec', 'restartPolicy')?.values, ['Always', 'OnFailure', 'Never']);
  });
});

import assert from 'node:assert/strict';
import { loadDocumentation } from '../../api/schema/builtIn/documentation.ts';
import { parseManifest } from '../documents/manifest.ts';
import { builtInSchemas } from '../schema/builtIn.ts';
import type { SchemaSource } from '../schema/schemaNode.ts';
import { checkSchema } from './schemaCheck.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: example.com/web:1
          resources: {limits: {cpu: 500m, memory: 1Gi}}
          ports: [{containerPort: 80}]
`;

describe('checkSchema()', () => {
  let schemas: SchemaSource;
  before(async () => (schemas = builtInSchemas(await loadDocumentation())));

  const check = (text: string, required = false): readonly string[] => {
    const { objects } = parseManifest(text);
    return objects.flatMap((object) => {
      const schema = schemas(object.apiVersion, object.kind);
      assert.ok(schema);
      return checkSchema(object.root, schema, { lines: object.lines, required }).map(
        ({ span, message, remedies = [] }) =>
          [
            `${span.start.line}:${span.start.column}`,
            message,
            ...remedies.map((remedy) =>
              remedy.kind === 'move'
                ? `move to ${remedy.to.join('.')}`
                : remedy.kind === 'rename'
                  ? `rename to ${remedy.to}`
                  : `replace with ${remedy.with}`,
            ),
          ].join(' | '),
      );
    });
  };

  it('finds nothing in what is well', () => assert.deepEqual(check(DEPLOYMENT, true), []));

  it('finds every misspelt field at its own key', () => {
    const text = DEPLOYMENT.replace('replicas', 'replica').replace('image:', 'imag:');
    assert.deepEqual(check(text), [
      '4:2 | Unknown field "replica" in DeploymentSpec. Did you mean "replicas"? | rename to replicas',
      '11:10 | Unknown field "imag" in Container. Did you mean "image"? | rename to image',
    ]);
  });

  it('says where a field belongs that stands at a wrong depth', () => {
    const text = DEPLOYMENT.replace('  replicas: 2\n', '  nodeSelector: {disk: ssd}\n');
    assert.deepEqual(check(text), [
      '4:2 | Unknown field "nodeSelector" in DeploymentSpec. It belongs to spec.template.spec. | move to spec.template.spec',
    ]);
  });

  it('finds values of a wrong type, with what mends them', () => {
    const text = DEPLOYMENT.replace('replicas: 2', 'replicas: "2"')
      .replace('image: example.com/web:1', 'image: 17')
      .replace('ports: [{containerPort: 80}]', 'ports: {containerPort: 80}')
      .replace('memory: 1Gi', 'memory: 1 Gi');
    assert.deepEqual(check(text), [
      '4:12 | spec.replicas is an integer, not the string "2". | replace with 2',
      '11:17 | spec.template.spec.containers[0].image is a string, not the number 17. | replace with "17"',
      '12:50 | spec.template.spec.containers[0].resources.limits.memory is a quantity, such as 500m, 2 or 1.5Gi.',
      '13:17 | spec.template.spec.containers[0].ports is a list, not a map.',
    ]);
  });

  it('finds a label that YAML takes for something else, and an enumerated value', () => {
    const text = DEPLOYMENT.replace('{labels: {app: web}}', '{labels: {app: yes, v: 1.10}}').replace(
      '    spec:\n',
      '    spec:\n      restartPolicy: always\n',
    );
    assert.deepEqual(check(text), [
      '7:29 | spec.template.metadata.labels.app is a string, not true. | replace with "yes"',
      '7:37 | spec.template.metadata.labels.v is a string, not the number 1.1. | replace with "1.10"',
      '9:21 | spec.template.spec.restartPolicy is one of Always, OnFailure, Never. | replace with Always',
    ]);
  });

  it('misses what must be there, where it is asked to', () => {
    const text = DEPLOYMENT.replace('- name: web\n          image', '- image');
    assert.deepEqual(check(text), []);
    assert.deepEqual(check(text, true), ['10:10 | spec.template.spec.containers[0].name must be given.']);
  });

  it('lets nulls, aliases and merge keys be', () => {
    const text = `apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: &l {app: web}
  annotations: {<<: *l, more: "1"}
spec:
  nodeSelector:
  tolerations: ~
  containers:
    - &c {name: a, image: b}
    - {<<: *c, name: d}
`;
    assert.deepEqual(check(text, true), []);
  });
});

import assert from 'node:assert/strict';
import { parseManifest } from './manifest.ts';
import { patchesOf, roleOf } from './manifestRole.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

describe('roleOf()', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['/a/web.yaml', CONFIG, 'objects'],
    ['/chart/templates/web.yaml', `{{- if .Values.on }}\n${CONFIG}{{- end }}\n`, 'template'],
    ['/chart/templates/plain.yaml', CONFIG, 'objects'],
    ['/chart/templates/name.yaml', CONFIG.replace('name: a', 'name: "{{ .Release.Name }}"'), 'template'],
    ['/chart/templates/kind.yaml', CONFIG.replace('v1', '"{{ .Values.version }}"'), 'template'],
    ['/a/other.yaml', CONFIG.replace('{name: a}', '\n  name: {{ .name }}-x\n'), 'template'],
    ['/a/alerts.yaml', `${CONFIG}data:\n  t: |\n    {{ if x }}\n    {{ end }}\n`, 'objects'],
    ['/a/kustomization.yaml', 'resources: [web.yaml]\n', 'kustomization'],
    [
      '/a/k.yaml',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n',
      'kustomization',
    ],
  ];
  for (const [path, text, role] of cases)
    it(`${path} is ${role}`, () => assert.equal(roleOf(path, text, parseManifest(text)), role));
});

describe('patchesOf()', () => {
  it('finds the files of all three kinds of patches, and no inline ones', () => {
    const text = `patches:
  - path: a.yaml
  - {path: sub/b.yaml, target: {kind: Deployment}}
  - patch: |-
      - op: remove
        path: /spec
patchesStrategicMerge:
  - c.yaml
  - |-
    apiVersion: v1
    kind: X
patchesJson6902:
  - {path: d.yaml, target: {}}
`;
    assert.deepEqual(patchesOf(text), ['a.yaml', 'sub/b.yaml', 'c.yaml', 'd.yaml']);
    assert.deepEqual(patchesOf('- a'), []);
    assert.deepEqual(patchesOf('a: ['), []);
  });
});

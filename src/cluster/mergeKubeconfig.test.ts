import assert from 'node:assert/strict';
import { Kubeconfig } from '../client/kubeconfig.ts';
import { mergeKubeconfig, takeFromKubeconfig } from './mergeKubeconfig.ts';

const OTHER = `apiVersion: v1
kind: Config
clusters: [{name: wheelhouse-dev, cluster: {server: "https://127.0.0.1:7000"}}]
users: [{name: wheelhouse-dev, user: {token: t}}]
contexts: [{name: wheelhouse-dev, context: {cluster: wheelhouse-dev, user: wheelhouse-dev}}]
current-context: wheelhouse-dev
`;
const OWN = `# mine
apiVersion: v1
kind: Config
clusters:
  - name: prod # careful
    cluster: { server: "https://prod" }
contexts:
  - { name: prod, context: { cluster: prod } }
users: []
current-context: prod
preferences: {}
`;

const contexts = (text: string): readonly string[] =>
  new Kubeconfig([{ path: '', text }]).contexts().map(({ name, server }) => `${name} ${server}`);

describe('mergeKubeconfig()', () => {
  it('adds the entries, and leaves all else as it is', () => {
    const merged = mergeKubeconfig(OWN, OTHER, false);
    assert.deepEqual(contexts(merged), ['prod https://prod', 'wheelhouse-dev https://127.0.0.1:7000']);
    assert.match(merged, /^# mine\n/);
    assert.match(merged, /prod # careful/);
    assert.match(merged, /^current-context: prod$/m);
    assert.match(merged, /^preferences: \{\}$/m);
  });

  it('replaces entries of the same names, and can make the context the current one', () => {
    const once = mergeKubeconfig(OWN, OTHER, true);
    const twice = mergeKubeconfig(once, OTHER.replace('7000', '7001'), true);
    assert.deepEqual(contexts(twice), ['prod https://prod', 'wheelhouse-dev https://127.0.0.1:7001']);
    assert.match(twice, /^current-context: wheelhouse-dev$/m);
  });

  it('makes a kubeconfig of an empty file', () => {
    const made = mergeKubeconfig('', OTHER, false);
    assert.deepEqual(contexts(made), ['wheelhouse-dev https://127.0.0.1:7000']);
    assert.match(made, /^apiVersion: v1$/m);
    assert.match(made, /^current-context: wheelhouse-dev$/m);
  });

  it('is taken back', () => {
    const merged = mergeKubeconfig(OWN, OTHER, true);
    const taken = takeFromKubeconfig(merged, 'wheelhouse-dev');
    assert.deepEqual(contexts(taken ?? ''), ['prod https://prod']);
    assert.match(taken ?? '', /^current-context: ""$/m);
    assert.equal(takeFromKubeconfig(OWN, 'wheelhouse-dev'), undefined);
  });

  it('leaves a file alone that it cannot read', () => {
    assert.throws(() => mergeKubeconfig('a: [', OTHER, false), /no YAML/);
    assert.throws(() => mergeKubeconfig('- a', OTHER, false), /not a mapping/);
  });
});

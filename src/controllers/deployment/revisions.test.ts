import assert from 'node:assert/strict';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../api/types.ts';
import { newReplicaSetAnnotations, nextRevision, REVISION } from './revisions.ts';
import { findNewReplicaSet, isSameTemplate, templateHash } from './templates.ts';

const HISTORY = 'deployment.kubernetes.io/revision-history';

const deployment = (annotations: Record<string, string> = {}, template: unknown = {}): Deployment =>
  ({ metadata: { name: 'd', annotations }, spec: { template, selector: {} } }) as unknown as Deployment;
const rs = (
  name: string,
  revision: string | undefined,
  template: unknown = {},
  created = '2026',
): ReplicaSet =>
  ({
    metadata: {
      name,
      creationTimestamp: created,
      annotations: revision === undefined ? {} : { [REVISION]: revision },
    },
    spec: { template },
  }) as unknown as ReplicaSet;

describe('nextRevision', () => {
  it('is one more than the highest, in 64 bits', () => {
    assert.equal(nextRevision([]), 1n);
    assert.equal(nextRevision([rs('a', '3'), rs('b', '12'), rs('c', undefined), rs('d', 'x')]), 13n);
    assert.equal(nextRevision([rs('a', '3546343826724305832')]), 3546343826724305833n);
  });
});

describe('newReplicaSetAnnotations', () => {
  it('copies the annotations of the Deployment but those that are its own', () => {
    const own = { [REVISION]: '9', 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    const result = newReplicaSetAnnotations(
      deployment({ 'kubernetes.io/change-cause': 'x', ...own }),
      { kept: 'y' },
      1n,
    );
    assert.deepEqual(result, { kept: 'y', 'kubernetes.io/change-cause': 'x', [REVISION]: '1' });
  });
  it('keeps a revision that is higher, and notes one that is replaced', () => {
    assert.equal(newReplicaSetAnnotations(deployment(), { [REVISION]: '10' }, 9n)[REVISION], '10');
    const result = newReplicaSetAnnotations(deployment(), { [REVISION]: '9', [HISTORY]: '1,4' }, 10n);
    assert.deepEqual(result, { [REVISION]: '10', [HISTORY]: '1,4,9' });
  });
  it('forgets the oldest revisions of a history that has become too long', () => {
    const long = Array.from({ length: 500 }, (_, i) => 1000 + i).join(',');
    const history = newReplicaSetAnnotations(deployment(), { [REVISION]: '1600', [HISTORY]: long }, 1601n)[
      HISTORY
    ]!;
    assert.ok(history.length <= 2000);
    assert.ok(history.endsWith(',1499,1600'));
  });
});

describe('templateHash', () => {
  const template = {
    metadata: { labels: { a: '1', b: '2' } },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  } as PodTemplateSpec;
  it('does not depend on the order of keys, but on values and collisions', () => {
    const same = {
      spec: { containers: [{ image: 'x', name: 'c' }] },
      metadata: { labels: { b: '2', a: '1' } },
    } as PodTemplateSpec;
    const other = { ...template, spec: { containers: [{ name: 'c', image: 'y' }] } } as PodTemplateSpec;
    const hash = templateHash(template, undefined);
    assert.match(hash, /^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
    assert.equal(templateHash(same, undefined), hash);
    assert.notEqual(templateHash(other, undefined), hash);
    assert.notEqual(templateHash(template, 1), hash);
  });
});

describe('findNewReplicaSet', () => {
  it('is the oldest with the same template but for the hash', () => {
    const template = (hash?: string) => ({
      metadata: { labels: { app: 'x', ...(hash === undefined ? {} : { 'pod-template-hash': hash }) } },
      spec: {},
    });
    const other = rs('other', '1', { metadata: { labels: { app: 'y' } } });
    const older = rs('older', '1', template('h1'), '2025');
    const newer = rs('newer', '2', template('h2'), '2026');
    assert.equal(findNewReplicaSet(deployment({}, template()), [newer, other, older]), older);
    assert.equal(findNewReplicaSet(deployment({}, {}), [other]), undefined);
    assert.ok(isSameTemplate(undefined, {}));
  });
});

import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import type { Draft } from '../../meta.ts';
import type { DaemonSet } from '../../types.ts';
import { daemonSet as kind } from './kind.ts';

const context = { now: '2026-01-01T00:00:00Z', user: { name: 'u', groups: [] } };
const GENERATION = 'deprecated.daemonset.template.generation';

function drafted(spec: object = {}): Draft<DaemonSet> {
  const draft = {
    metadata: { name: 'd', namespace: 'ns' },
    spec: {
      selector: { matchLabels: { app: 'a' } },
      template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      ...spec,
    },
  } as unknown as Draft<DaemonSet>;
  kind.setDefaults?.(draft);
  kind.prepareForCreate?.(draft, context);
  return draft;
}
const check = (spec: object): string[] => asLines(kind.validate(drafted(spec) as never));

describe('DaemonSet', () => {
  it('replaces one pod at a time by default', () => {
    assert.deepEqual(drafted().spec.updateStrategy, {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
    });
    assert.deepEqual(check({}), []);
  });

  it('needs exactly one way to update', () => {
    const rolling = (rollingUpdate: object): string[] => check({ updateStrategy: { rollingUpdate } });
    assert.deepEqual(rolling({ maxUnavailable: 0, maxSurge: '25%' }), []);
    assert.deepEqual(rolling({ maxUnavailable: 1, maxSurge: 1 }), [
      'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
    ]);
    assert.deepEqual(rolling({ maxUnavailable: '0%' }), [
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
    ]);
    assert.deepEqual(check({ updateStrategy: { type: 'x' } }), [
      'spec.updateStrategy.type: Unsupported value: "x": supported values: "RollingUpdate", "OnDelete"',
    ]);
  });

  it('counts the changes of its template', () => {
    const old = drafted();
    assert.equal(old.metadata.annotations?.[GENERATION], '1');
    const same = drafted({ minReadySeconds: 3 });
    kind.prepareForUpdate?.(same, old as never, context);
    assert.equal(same.metadata.annotations?.[GENERATION], '1');
    const other = drafted({ template: { metadata: { labels: { app: 'a', b: 'c' } } } });
    kind.prepareForUpdate?.(other, old as never, context);
    assert.equal(other.metadata.annotations?.[GENERATION], '2');
  });
});

import assert from 'node:assert/strict';
import { cloneJson } from '../clone.ts';
import type { Draft, KubeObject } from '../meta.ts';
import { builtIn } from '../schema/index.ts';
import { appliedListsProblem, serverSideApply, trackUpdate } from './index.ts';

const podOf = (container: object, more: object = {}): object => ({
  spec: { containers: [{ name: 'c', ...container }], ...more },
});

describe('the lists of a configuration', () => {
  const refused: readonly (readonly [name: string, model: string, configuration: object, problem: string])[] =
    [
      [
        'env',
        'V1Pod',
        podOf({ env: [{ name: 'F' }, { name: 'G' }, { name: 'F', value: '2' }] }),
        '.spec.containers[name="c"].env: duplicate entries for key [name="F"]',
      ],
      [
        'containers',
        'V1Pod',
        { spec: { containers: [{ name: 'c' }, { name: 'c' }] } },
        '.spec.containers: duplicate entries for key [name="c"]',
      ],
      [
        'ports, whose protocol has a default',
        'V1Pod',
        podOf({ ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP' }] }),
        '.spec.containers[name="c"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]',
      ],
      [
        'volumes',
        'V1Pod',
        podOf({}, { volumes: [{ name: 'v' }, { name: 'v' }] }),
        '.spec.volumes: duplicate entries for key [name="v"]',
      ],
      [
        'finalizers',
        'V1ConfigMap',
        { metadata: { finalizers: ['a.example/b', 'a.example/b'] } },
        '.metadata.finalizers: duplicate entries for key [="a.example/b"]',
      ],
      [
        'owners',
        'V1ConfigMap',
        { metadata: { ownerReferences: [{ uid: 'u' }, { uid: 'u' }] } },
        '.metadata.ownerReferences: duplicate entries for key [uid="u"]',
      ],
      [
        'conditions',
        'V1Deployment',
        { status: { conditions: [{ type: 'A' }, { type: 'A' }] } },
        '.status.conditions: duplicate entries for key [type="A"]',
      ],
      [
        'an item without its key',
        'V1Pod',
        podOf({ env: [{ value: 'x' }] }),
        '.spec.containers[name="c"].env: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
      ],
      [
        'several faults',
        'V1Pod',
        podOf({ env: [{ name: 'F' }, { name: 'F' }] }, { imagePullSecrets: [{ name: 's' }, { name: 's' }] }),
        'errors:\n  .spec.containers[name="c"].env: duplicate entries for key [name="F"]\n  .spec.imagePullSecrets: duplicate entries for key [name="s"]',
      ],
    ];
  for (const [name, model, configuration, problem] of refused) {
    it(`have a key of its own for each item: ${name}`, () => {
      assert.equal(appliedListsProblem(builtIn(model), configuration), problem);
    });
  }

  it('may repeat items where a list has one owner', () => {
    const atomic = podOf({ command: ['a', 'a'] }, { tolerations: [{ key: 'k' }, { key: 'k' }] });
    assert.equal(appliedListsProblem(builtIn('V1Pod'), atomic), undefined);
    // Endpoints are an atomic list: what is in it is not looked at.
    const endpoints = { endpoints: [{ addresses: ['1.1.1.1', '1.1.1.1'] }] };
    assert.equal(appliedListsProblem(builtIn('V1EndpointSlice'), endpoints), undefined);
  });
});

describe('an object whose list has a key twice', () => {
  type Env = readonly { readonly name: string; readonly value?: string }[];

  const track = (old: Draft | undefined, env: Env, manager: string): Draft => {
    const draft = { metadata: { name: 'x' }, ...cloneJson(podOf({ env })) } as unknown as Draft;
    if (old?.metadata.managedFields !== undefined) {
      draft.metadata.managedFields = cloneJson(old.metadata.managedFields);
    }
    trackUpdate({
      schema: builtIn('V1Pod'),
      old: old as unknown as KubeObject | undefined,
      draft,
      manager,
      apiVersion: 'v1',
      subresource: '',
      time: '2026-01-01T00:00:00Z',
    });
    return draft;
  };
  const apply = (live: Draft, env: Env): Draft =>
    serverSideApply({
      schema: builtIn('V1Pod'),
      live: live as unknown as KubeObject,
      applied: { metadata: { name: 'x' }, ...cloneJson(podOf({ env })) } as unknown as Draft,
      manager: 'applier',
      apiVersion: 'v1',
      subresource: '',
      force: true,
      time: '2026-01-01T00:00:01Z',
    });
  const envOf = (draft: Draft): Env =>
    (draft as unknown as { spec: { containers: [{ env: Env }] } }).spec.containers[0].env;
  const ownedEnv = (draft: Draft, manager: string): unknown => {
    const entry = draft.metadata.managedFields?.find((each) => each.manager === manager);
    const path = ['f:spec', 'f:containers', 'k:{"name":"c"}', 'f:env'];
    return path.reduce<unknown>(
      (set, step) => (set as Record<string, unknown> | undefined)?.[step],
      entry?.fieldsV1,
    );
  };
  const F = 'k:{"name":"F"}';

  it('has one owner for all that share it', () => {
    const made = track(
      undefined,
      [
        { name: 'F', value: '1' },
        { name: 'F', value: '2' },
      ],
      'maker',
    );
    assert.deepEqual(ownedEnv(made, 'maker'), { '.': {}, [F]: {} });
    const changed = track(
      made,
      [
        { name: 'F', value: '1' },
        { name: 'F', value: '3' },
      ],
      'other',
    );
    assert.deepEqual(ownedEnv(changed, 'other'), { [F]: {} });
    assert.deepEqual(ownedEnv(changed, 'maker'), {});
    const single = track(changed, [{ name: 'F', value: '3' }], 'third');
    assert.deepEqual(ownedEnv(single, 'third'), { [F]: { '.': {}, 'f:name': {}, 'f:value': {} } });
    assert.equal(ownedEnv(single, 'other'), undefined);
  });

  it('keeps them where the configuration is about others, and loses them where it is about them', () => {
    const made = track(
      undefined,
      [{ name: 'F', value: '1' }, { name: 'G' }, { name: 'F', value: '2' }],
      'maker',
    );
    assert.deepEqual(envOf(apply(made, [{ name: 'G', value: 'g' }])), [
      { name: 'F', value: '1' },
      { name: 'G', value: 'g' },
      { name: 'F', value: '2' },
    ]);
    assert.deepEqual(envOf(apply(made, [{ name: 'F', value: '3' }])), [
      { name: 'F', value: '3' },
      { name: 'G' },
    ]);
  });
});

import assert from 'node:assert/strict';
import { createDeferred, type Deferred } from '../../base/deferred.ts';
import { field, invalid } from '../../api/fields/fieldErrors.ts';
import type { Draft } from '../../api/meta.ts';
import { configMaps } from '../../api/resources.ts';
import { forbidden, StatusError } from '../../api/status.ts';
import { AdmissionRequest, type Asked } from './attributes.ts';
import { createAdmissionChain } from './chain.ts';
import type { AdmissionPlugin } from './contract.ts';

const draftOf = (data: object): Draft =>
  ({ metadata: { name: 'c', namespace: 'ns' }, data }) as unknown as Draft;
const request = (more: Partial<Asked> = {}): AdmissionRequest =>
  new AdmissionRequest(
    {
      user: { name: 'jane', groups: [] },
      dryRun: false,
      options: () => ({}),
      warn: () => undefined,
      annotate: () => undefined,
      signal: () => new AbortController().signal,
      deadline: undefined,
    },
    {
      operation: 'CREATE',
      resource: configMaps,
      subresource: '',
      kind: configMaps,
      namespace: 'ns',
      name: '',
      object: draftOf({}),
      old: undefined,
      ...more,
    },
  );
const plugin = (name: string, hooks: Omit<AdmissionPlugin, 'name' | 'handles'>): AdmissionPlugin => ({
  name,
  handles: () => true,
  ...hooks,
});
const dataOf = ({ object }: { object: Draft | undefined }): Record<string, string> =>
  (object as unknown as { data: Record<string, string> }).data;

describe('createAdmissionChain()', () => {
  it('asks mutating plugins once more after one has replaced the object, whose defaults are filled in', async () => {
    const seen: string[] = [];
    const chain = createAdmissionChain([
      plugin('first', {
        mutate(attributes) {
          seen.push(`first ${String(attributes.isReinvocation)} ${JSON.stringify(dataOf(attributes))}`);
        },
      }),
      plugin('outside', {
        mutate(attributes) {
          seen.push(`outside ${String(attributes.isReinvocation)}`);
          attributes.replaceObject(draftOf({ replaced: 'yes' }));
        },
      }),
    ]);
    const one = request({
      setDefaults: (draft) => Object.assign(dataOf({ object: draft }), { default: 'd' }),
    });
    const { object } = one;
    await chain.mutate(one);
    assert.deepEqual(seen, [
      'first false {}',
      'outside false',
      'first true {"replaced":"yes","default":"d"}',
      'outside true',
    ]);
    assert.equal(one.object, object, 'the caller’s draft is the same');
  });

  it('asks once where nothing was replaced', async () => {
    let calls = 0;
    const chain = createAdmissionChain([plugin('one', { mutate: () => void (calls += 1) })]);
    await chain.mutate(request());
    assert.equal(calls, 1);
  });

  it('validates at the same time, and reserves in turn once all have agreed', async () => {
    const order: string[] = [];
    const slow = (name: string, next?: Deferred<undefined>, wait?: Promise<undefined>): AdmissionPlugin =>
      plugin(name, {
        async validate() {
          order.push(`${name} asked`);
          next?.resolve(undefined);
          await wait;
          return [];
        },
        reserve() {
          order.push(`${name} reserves`);
          return [];
        },
      });
    const asked = createDeferred<undefined>();
    // Each plugin waits for the other: if they ran one after the other, they would never end.
    await createAdmissionChain([slow('a', undefined, asked.promise), slow('b', asked)]).validate(request());
    assert.deepEqual(order, ['a asked', 'b asked', 'a reserves', 'b reserves']);
  });

  it('refuses with what the first refusing plugin says, and reserves nothing then', async () => {
    let reserved = 0;
    const wrong = invalid(field('data'), 'x', 'must not be');
    const chain = createAdmissionChain([
      plugin('late', {
        async validate() {
          await Promise.resolve();
          return [wrong];
        },
      }),
      plugin('at once', {
        validate: () => {
          throw forbidden(configMaps, 'c', 'no');
        },
        reserve: () => {
          reserved += 1;
          return [];
        },
      }),
    ]);
    await assert.rejects(
      chain.validate(request()) ?? Promise.resolve(),
      (error) => error instanceof StatusError && error.reason === 'Invalid',
    );
    assert.equal(reserved, 0);
  });

  it('asks nobody after a refusal that comes at once', () => {
    let asked = 0;
    const refuse = plugin('refuses', {
      validate: () => {
        throw forbidden(configMaps, 'c', 'no');
      },
    });
    const after = plugin('after', { validate: () => ((asked += 1), []) });
    assert.throws(() => void createAdmissionChain([refuse, after]).validate(request()), StatusError);
    assert.equal(asked, 0);
  });
});

import assert from 'node:assert/strict';
import type { MachineProvider } from './contract.ts';
import { lazyMachines } from './lazyMachines.ts';

const NOTHING = { pause: false, shell: false, resize: false, snapshots: false, console: false };
const never = new AbortController().signal;

/** That it hands on what it is asked, the contract's suite shows (test/contract/lazyMachines.test.ts). */
describe('lazyMachines', () => {
  const late = (
    capabilities: MachineProvider['capabilities'],
    provider: Partial<MachineProvider>,
  ): { readonly lazy: MachineProvider; readonly made: () => number } => {
    let made = 0;
    const lazy = lazyMachines({ name: 'docker', capabilities }, () => {
      made += 1;
      return Promise.resolve(provider as MachineProvider);
    });
    return { lazy, made: () => made };
  };

  it('makes the provider at the first question, once, however many ask at the same time', async () => {
    const { lazy, made } = late(NOTHING, { list: (cluster) => Promise.resolve([{ cluster } as never]) });
    assert.deepEqual([lazy.name, lazy.capabilities, made()], ['docker', NOTHING, 0]);
    const lists = await Promise.all([lazy.list('a'), lazy.list('b')]);
    assert.deepEqual(lists, [[{ cluster: 'a' }], [{ cluster: 'b' }]]);
    assert.equal(made(), 1);
  });

  it('has the optional verbs that the capabilities promise, and no others', async () => {
    const optional = ['resize', 'snapshots', 'console'] as const;
    assert.deepEqual(
      optional.filter((verb) => late(NOTHING, {}).lazy[verb] !== undefined),
      [],
    );
    const saved: string[] = [];
    const { lazy, made } = late(
      { ...NOTHING, snapshots: true, console: true },
      {
        snapshots: { list: () => Promise.resolve(saved) } as never,
        async *console() {
          yield await Promise.resolve('login: ');
        },
      },
    );
    assert.equal(made(), 0);
    assert.equal(await lazy.snapshots?.list({} as never), saved);
    const lines: string[] = [];
    for await (const text of lazy.console?.({} as never, never) ?? []) lines.push(text);
    assert.deepEqual([lines, made()], [['login: '], 1]);
  });

  it('says so where the provider lacks what its capabilities promise', async () => {
    const { lazy } = late({ ...NOTHING, snapshots: true }, {});
    await assert.rejects(async () => lazy.snapshots?.list({} as never), /cannot do that/);
  });
});

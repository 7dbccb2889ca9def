import assert from 'node:assert/strict';
import type { Machine, MachineProvider } from './contract.ts';
import { lazyMachines } from './lazyMachines.ts';

const NO_ABORT = new AbortController().signal;
const CAPABILITIES = { pause: true, shell: false, resize: false, snapshots: false, console: false };

describe('lazyMachines', () => {
  it('makes the provider when it is first asked, once, and hands on what it is asked', async () => {
    const asked: unknown[][] = [];
    let made = 0;
    // Every verb writes down its name and arguments, and gives them back.
    const provider = new Proxy({} as MachineProvider, {
      get: (_target, verb) =>
        verb === 'then'
          ? undefined
          : (...args: unknown[]) => {
              asked.push([verb, ...args]);
              return Promise.resolve(verb);
            },
    });
    const lazy = lazyMachines({ name: 'docker', capabilities: CAPABILITIES }, () => {
      made += 1;
      return Promise.resolve(provider);
    });

    assert.deepEqual([lazy.name, lazy.capabilities, made], ['docker', CAPABILITIES, 0]);

    const machine: Machine = { cluster: 'c', name: 'n', state: 'running', id: '1' };
    const progress = { report: () => undefined };
    const spec = { cluster: 'c', name: 'n', files: [] };
    const size = { columns: 80, rows: 24 };
    const tar = (async function* () {
      yield await Promise.resolve(new Uint8Array());
    })();
    const calls: [Exclude<keyof MachineProvider, 'name' | 'capabilities'>, ...unknown[]][] = [
      ['preflight', NO_ABORT],
      ['prepare', 'c', progress, NO_ABORT],
      ['hostAddress', 'c'],
      ['create', spec, progress, NO_ABORT],
      ['start', machine, progress, NO_ABORT],
      ['stop', machine, NO_ABORT],
      ['pause', machine, NO_ABORT],
      ['delete', machine, NO_ABORT],
      ['list', 'c'],
      ['cleanUp', 'c'],
      ['shell', machine, size],
      ['loadImage', machine, tar, NO_ABORT],
    ];
    for (const [verb, ...args] of calls) {
      const ask: unknown = Reflect.get(lazy, verb);
      assert.ok(typeof ask === 'function');
      assert.equal(await Reflect.apply(ask, lazy, args), verb);
    }

    assert.deepEqual(asked, calls);
    assert.equal(calls.length, Object.keys(lazy).length - 2);
    assert.equal(made, 1);
  });
});

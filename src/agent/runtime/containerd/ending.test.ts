import assert from 'node:assert/strict';
import { RuntimeError } from '../contract.ts';
import type { CriConnection, CriMethod } from './criConnection.ts';
import { createEnding } from './ending.ts';

type Answer = RuntimeError | 'done';

describe('ending verbs on containerd', () => {
  const broken = new RuntimeError('other', 'error opening file status');
  const away = new RuntimeError('unavailable', 'connect ECONNREFUSED');

  /** `answers` of each method in order; the last one stays. */
  const start = (answers: Partial<Record<CriMethod, Answer[]>>, down: boolean | (() => boolean) = true) => {
    const done: string[] = [];
    const ends = new Set<string>();
    const connection: Pick<CriConnection, 'call'> = {
      call<Response>(method: CriMethod): Promise<Response> {
        done.push(method);
        const left = answers[method] ?? ['done'];
        const answer = left.length > 1 ? left.shift() : left[0];
        return answer === 'done' || answer === undefined
          ? Promise.resolve({} as Response)
          : Promise.reject(answer);
      },
    };
    const verbs = createEnding({
      connection,
      force: {
        isDown: () => Promise.resolve(typeof down === 'boolean' ? down : down()),
        end: (id, grace) => Promise.resolve(void done.push(`end ${id} ${grace}`)),
        endShim: (id, containers) => Promise.resolve(void done.push(`endShim ${id} ${containers.join()}`)),
      },
      ends: {
        has: (id) => ends.has(id),
        note: (id) => Promise.resolve(void ends.add(id)),
      },
      leftovers: { add: (id) => void done.push(`leftover ${id}`) },
      containersOf: () => ['c'],
      forget: (id) => void done.push(`forget ${id}`),
    });
    return { verbs, done, ends };
  };

  it('stopContainer() asks CRI alone where that works or knows no such container', async () => {
    for (const answer of ['done', new RuntimeError('notFound', 'gone')] as const) {
      const { verbs, done, ends } = start({ StopContainer: [answer] });
      await verbs.stopContainer('c', 5);
      assert.deepEqual([done, ends.size], [['StopContainer'], 0]);
    }
  });

  it('stopContainer() believes the kernel where CRI fails on a container that is down', async () => {
    const { verbs, done, ends } = start({ StopContainer: [broken] });
    await verbs.stopContainer('c', 5);
    assert.deepEqual([done, [...ends]], [['StopContainer'], ['c']]);
  });

  it('stopContainer() ends by itself what CRI cannot, with the grace unless that is over', async () => {
    const early = start({ StopContainer: [broken] }, false);
    await early.verbs.stopContainer('c', 5);
    assert.deepEqual(early.done, ['StopContainer', 'end c 5']);
    const late = start({ StopContainer: [new RuntimeError('deadline', 'deadline')] }, false);
    await late.verbs.stopContainer('c', 5);
    assert.deepEqual(late.done, ['StopContainer', 'end c 0']);
  });

  it('no verb does anything past a containerd that is away', async () => {
    const { verbs, done } = start({
      StopContainer: [away],
      RemoveContainer: [away],
      StopPodSandbox: [away],
      RemovePodSandbox: [away],
    });
    await assert.rejects(verbs.stopContainer('c', 5), away);
    await assert.rejects(verbs.removeContainer('c'), away);
    await assert.rejects(verbs.stopSandbox('s'), away);
    await assert.rejects(verbs.removeSandbox('s'), away);
    assert.deepEqual(done, ['StopContainer', 'RemoveContainer', 'StopPodSandbox', 'RemovePodSandbox']);
  });

  it('stopSandbox() takes the shim away where CRI fails, and then the network down', async () => {
    const { verbs, done } = start({ StopPodSandbox: [broken, 'done'] });
    await verbs.stopSandbox('s');
    assert.deepEqual(done, ['StopPodSandbox', 'endShim s c', 'StopPodSandbox']);
  });

  it('stopSandbox() begins with the shim where a container had to be ended past CRI', async () => {
    const { verbs, done, ends } = start({});
    ends.add('c');
    await verbs.stopSandbox('s');
    assert.deepEqual(done, ['endShim s c', 'StopPodSandbox']);
  });

  it('stopSandbox() gives up a network that cannot be taken down, once nothing runs', async () => {
    let down = false;
    const { verbs, ends } = start({ StopPodSandbox: [broken] }, () => down);
    for (let attempt = 0; attempt < 6; attempt++) await assert.rejects(verbs.stopSandbox('s'), broken);
    down = true;
    await verbs.stopSandbox('s');
    assert.deepEqual([...ends], ['s', 'c']);
  });

  it('what CRI does not let go of is a leftover where it is down, and a failure where it runs', async () => {
    const { verbs, done } = start({ RemoveContainer: [broken], RemovePodSandbox: [broken] });
    await verbs.removeContainer('c');
    await verbs.removeSandbox('s');
    assert.deepEqual(done, ['RemoveContainer', 'leftover c', 'RemovePodSandbox', 'leftover s']);
    const alive = start({ RemoveContainer: [broken], RemovePodSandbox: [broken] }, false);
    await assert.rejects(alive.verbs.removeContainer('c'), broken);
    await assert.rejects(alive.verbs.removeSandbox('s'), broken);
  });

  it('what is removed is forgotten', async () => {
    const { verbs, done } = start({});
    await verbs.removeContainer('c');
    await verbs.removeSandbox('s');
    assert.deepEqual(done, ['RemoveContainer', 'forget c', 'RemovePodSandbox', 'forget s']);
  });
});

import assert from 'node:assert/strict';
import { createPodBus } from './podBus.ts';

describe('podBus', () => {
  it('carries news of each pod to those who listen to it, and of all to those who listen to all', () => {
    const bus = createPodBus();
    const seen: string[] = [];
    const all = bus.onNews((uid, news) => void seen.push(`${uid} ${news}`));
    const one = bus.onNewsOf('a', (news) => void seen.push(news));
    bus.tell('a', 'runtime');
    bus.tell('b', 'probe');
    one.dispose();
    bus.tell('a', 'reference');
    all.dispose();
    bus.tell('a', 'runtime');
    assert.deepEqual(seen, ['a runtime', 'runtime', 'b probe', 'a reference']);
  });
});

import assert from 'node:assert/strict';
import { testPod } from '../../../test/harness/agentPods.ts';
import type { Pod } from '../../api/types.ts';
import { admitPod, resizeRefusal } from './admission.ts';

const wanting = (requests: Record<string, string>, rest: object = {}): Pod =>
  testPod({ containers: [{ name: 'app', image: 'a', resources: { requests }, ...rest }] });
const node = { cpu: '2', memory: '1Gi', pods: '3', 'example.com/device': '2' };

describe('admitPod', () => {
  it('takes what fits beside the others, and says what does not', () => {
    assert.equal(admitPod(wanting({ cpu: '1' }), [wanting({ cpu: '1' })], node), undefined);
    assert.deepEqual(admitPod(wanting({ cpu: '1' }), [wanting({ cpu: '1500m' })], node), {
      reason: 'OutOfcpu',
      message: "Node didn't have enough resource: cpu, requested: 1000, used: 1500, capacity: 2000",
    });
    assert.equal(
      admitPod(
        wanting({}),
        [1, 2, 3].map(() => wanting({})),
        node,
      )?.reason,
      'OutOfpods',
    );
  });

  it('counts extended resources that the node has, and leaves those alone that it never heard of', () => {
    assert.equal(admitPod(wanting({ 'example.com/device': '2' }), [], node), undefined);
    const taken = [wanting({ 'example.com/device': '1' })];
    assert.equal(
      admitPod(wanting({ 'example.com/device': '2' }), taken, node)?.reason,
      'OutOfexample.com/device',
    );
    assert.equal(admitPod(wanting({ 'example.com/licence': '7' }), [], node), undefined);
  });

  it('has none of the standard resources that it does not know', () => {
    for (const name of ['hugepages-4Mi', 'kubernetes.io/batch-cpu', 'constructor'])
      assert.equal(admitPod(wanting({ [name]: '1' }), [], node)?.reason, `OutOf${name}`, name);
    assert.equal(admitPod(wanting({ 'hugepages-4Mi': '0' }), [], node), undefined);
  });

  it('gives a port of the node once for each protocol and address', () => {
    const port = (ports: object[]): Pod => wanting({}, { ports });
    const taken = [port([{ containerPort: 80, hostPort: 80 }])];
    assert.equal(admitPod(port([{ containerPort: 1, hostPort: 80 }]), taken, node)?.reason, 'NodePorts');
    assert.equal(
      admitPod(port([{ containerPort: 1, hostPort: 80, protocol: 'UDP' }]), taken, node),
      undefined,
    );
  });
});

describe('resizeRefusal', () => {
  it('tells what can never be from what cannot be now', () => {
    assert.equal(resizeRefusal(wanting({ cpu: '3' }), [], node)?.reason, 'Infeasible');
    const refusal = resizeRefusal(wanting({ cpu: '2' }), [wanting({ cpu: '1' })], node);
    assert.equal(refusal?.reason, 'Deferred');
    assert.doesNotMatch(refusal.message, /rejected/);
    assert.equal(resizeRefusal(wanting({ cpu: '1' }), [wanting({ cpu: '1' })], node), undefined);
  });
});

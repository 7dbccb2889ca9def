import assert from 'node:assert/strict';
import { qosClassOf } from './qos.ts';

const pod = (...resources: object[]): Parameters<typeof qosClassOf>[0] => ({
  containers: resources.map((r) => ({ name: 'c', image: 'i', resources: r })),
});
const both = { cpu: '1', memory: '1Gi' };

describe('qosClassOf', () => {
  it('is BestEffort where nothing is asked for', () => {
    assert.equal(qosClassOf(pod({}, { requests: { cpu: '0', memory: '0Mi' } })), 'BestEffort');
    assert.equal(qosClassOf(pod({ limits: { 'example.com/gpu': '1' } })), 'BestEffort');
  });

  it('is Guaranteed where all limits are given and equal to the requests, however they are written', () => {
    assert.equal(qosClassOf(pod({ limits: both })), 'Guaranteed');
    assert.equal(
      qosClassOf(pod({ limits: both, requests: { cpu: '1000m', memory: '1024Mi' } })),
      'Guaranteed',
    );
  });

  it('is Burstable in between', () => {
    assert.equal(qosClassOf(pod({ limits: both }, {})), 'Burstable');
    assert.equal(qosClassOf(pod({ limits: both, requests: { cpu: '500m' } })), 'Burstable');
    assert.equal(qosClassOf(pod({ requests: { memory: '1Mi' } })), 'Burstable');
  });

  it('counts init containers, and pod-level resources alone where there are any', () => {
    assert.equal(qosClassOf({ ...pod({ limits: both }), initContainers: [{ name: 'i' }] }), 'Burstable');
    assert.equal(qosClassOf({ ...pod({}), resources: { limits: both, requests: both } }), 'Guaranteed');
  });
});

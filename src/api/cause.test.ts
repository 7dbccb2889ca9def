import assert from 'node:assert/strict';
import { causeOfHeaders, headersOfCause } from './cause.ts';

describe('headersOfCause', () => {
  it('is read back by causeOfHeaders, with and without a revision', () => {
    for (const cause of [
      { actor: 'system:kube-controller-manager deployment', revision: 123_456_789 },
      { actor: 'käthe, admin=true' },
      { actor: 'x', revision: 0 },
    ]) {
      assert.deepEqual(causeOfHeaders(headersOfCause(cause)), cause);
    }
  });

  it('is a valid traceparent', () => {
    for (const revision of [undefined, 0, 1, Number.MAX_SAFE_INTEGER]) {
      const { traceparent } = headersOfCause({ actor: 'x', ...(revision === undefined ? {} : { revision }) });
      assert.match(traceparent ?? '', /^00-1[0-9a-f]{31}-(?!0{16})[0-9a-f]{16}-00$/);
    }
  });
});

describe('causeOfHeaders', () => {
  it('finds its member among others', () => {
    assert.deepEqual(causeOfHeaders({ tracestate: 'vendor=1, wheelhouse=7/kubelet ,other=2' }), {
      actor: 'kubelet',
      revision: 7,
    });
  });

  it('is undefined where there is none or it cannot be read', () => {
    for (const tracestate of [
      undefined,
      '',
      'vendor=1',
      'wheelhouse=7',
      'wheelhouse=x/y',
      'wheelhouse=1/%E0%A4%A',
    ]) {
      assert.equal(causeOfHeaders({ tracestate }), undefined);
    }
  });
});

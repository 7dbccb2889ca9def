import assert from 'node:assert/strict';
import { headersOfCause, causeOfHeaders } from '../../api/cause.ts';
import type { ApiRequest, Cause, UserInfo } from '../../api/request.ts';
import { NewExchange } from '../exchange.ts';
import { writeContext } from './writeOptions.ts';

const alice: UserInfo = { name: 'alice', groups: [] };

/** The cause that is kept of a write; `inProcess` by a caller that the composition root gave its identity. */
function causeOf(actor: string, query = '', inProcess = false): Cause | undefined {
  const headers = { ...headersOfCause({ actor, revision: 7 }), 'user-agent': 'bob/1.0' };
  const request = {
    query: new URLSearchParams(query),
    headers,
    body: { type: 'none' },
    cause: causeOfHeaders(headers),
    ...(inProcess ? { user: alice } : {}),
  } as unknown as ApiRequest;
  return writeContext(new NewExchange(request, alice), 'UpdateOptions').cause;
}

describe('the actor of a write', () => {
  it('is the user, whatever the request says of itself', () => {
    for (const actor of [
      'bob',
      'alicex',
      'alice2 deployment',
      'alicebob',
      'alice  bob',
      'alice a b',
      'alice ',
    ]) {
      assert.deepEqual(causeOf(actor), { actor: 'alice', revision: 7 }, actor);
    }
    assert.equal(causeOf(`alice ${'x'.repeat(64)}`)?.actor, 'alice');
    assert.equal(causeOf('bob', 'fieldManager=bob')?.actor, 'alice');
    assert.equal(causeOf('alice\nbob')?.actor, 'alice');
  });

  it('may name the program that the user’s request came from', () => {
    assert.deepEqual(causeOf('alice deployment', 'fieldManager=bob'), {
      actor: 'alice deployment',
      revision: 7,
    });
  });

  it('is what callers in process say: they are the control plane', () => {
    assert.equal(
      causeOf('system:kube-controller-manager deployment', '', true)?.actor,
      'system:kube-controller-manager deployment',
    );
  });
});

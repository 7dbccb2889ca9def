import assert from 'node:assert/strict';
import { secretsClient } from '../../test/harness/secretsClient.ts';
import { FakeClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import type { Client } from '../client/contract.ts';
import { secrets } from '../api/resources.ts';
import { createEnrolmentTokens, type EnrolmentTokens } from './tokens.ts';

describe('EnrolmentTokens', () => {
  let clock: FakeClock;
  let client: Client;
  let tokens: EnrolmentTokens;

  beforeEach(() => {
    clock = new FakeClock();
    client = secretsClient();
    tokens = createEnrolmentTokens({ client, clock, random: systemRandom });
  });

  it('verify() gives the node of an issued token, dots in its name included', async () => {
    assert.equal(await tokens.verify(await tokens.issue('a.b.c')), 'a.b.c');
  });

  it('verify() knows no token that was made up, cut or mixed up', async () => {
    const token = await tokens.issue('n1');
    for (const wrong of ['', 'n1', 'n1.', `${token}x`, token.replace('n1', 'n2'), token.slice(0, -1)]) {
      assert.equal(await tokens.verify(wrong), undefined, wrong);
    }
  });

  it('issue() keeps a hash only, and ends an older token', async () => {
    const first = await tokens.issue('n1');
    const second = await tokens.issue('n1');
    assert.equal(await tokens.verify(first), undefined);
    assert.equal(await tokens.verify(second), 'n1');
    const secret = await client.get(secrets, { namespace: 'kube-system', name: 'enrolment-token-n1' });
    const values = Object.values(secret.data ?? {}).map((value) => Buffer.from(value, 'base64').toString());
    assert.ok(values.every((value) => !second.includes(value) && !value.includes(second.slice(3))));
  });

  it('redeem() is good for one key only, again and again for that one', async () => {
    const token = await tokens.issue('n1');
    assert.equal(await tokens.redeem(token, 'key-1'), 'n1');
    assert.equal(await tokens.redeem(token, 'key-1'), 'n1');
    assert.equal(await tokens.redeem(token, 'key-2'), undefined);
  });

  it('redeem() lets one of many keys win that come at the same time', async () => {
    const token = await tokens.issue('n1');
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((key) => tokens.redeem(token, key)));
    assert.equal(answers.filter((node) => node === 'n1').length, 1);
  });

  it('nothing is good after a day, or once revoked', async () => {
    const old = await tokens.issue('n1');
    await clock.advance(24 * 3_600_000);
    assert.equal(await tokens.verify(old), undefined);
    const token = await tokens.issue('n1');
    await tokens.revoke('n1');
    await tokens.revoke('n1');
    assert.equal(await tokens.redeem(token, 'key'), undefined);
  });

  it('knows() a node from its first token until it is revoked, whatever became of the token', async () => {
    assert.equal(await tokens.knows('n1'), false);
    const token = await tokens.issue('n1');
    await tokens.redeem(token, 'key');
    await clock.advance(365 * 24 * 3_600_000);
    assert.equal(await tokens.knows('n1'), true);
    await tokens.revoke('n1');
    assert.equal(await tokens.knows('n1'), false);
  });
});

import assert from 'node:assert/strict';
import type { UserInfo } from '../../api/request.ts';
import { BodyBudget } from './bodyBudget.ts';

const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups });

describe('BodyBudget', () => {
  const limits = { total: 100, perUser: 60, anonymous: 10 };

  it('bounds each user, and all together', () => {
    const budget = new BodyBudget(limits);
    const [alice, more] = [budget.shareOf(user('alice')), budget.shareOf(user('alice'))];
    assert.ok(alice.take(30) && alice.take(20));
    assert.ok(!more.take(11));
    assert.ok(more.take(10));
    const bob = budget.shareOf(user('bob'));
    assert.ok(bob.take(40));
    assert.ok(!bob.take(1));
    more.release();
    assert.ok(bob.take(10));
    assert.equal(bob.refusal().code, 429);
    assert.equal(bob.refusal().status.details?.retryAfterSeconds, 1);
  });

  it('gives back all that a request took, once', () => {
    const budget = new BodyBudget(limits);
    const share = budget.shareOf(user('alice'));
    assert.ok(share.take(60));
    share.release();
    share.release();
    assert.ok(budget.shareOf(user('alice')).take(60));
    assert.ok(!budget.shareOf(user('bob')).take(41));
  });

  it('leaves little to those who show no credentials, however they are called', () => {
    const budget = new BodyBudget(limits);
    const anonymous = user('system:anonymous', 'system:unauthenticated');
    assert.ok(budget.shareOf(anonymous).take(10));
    assert.ok(!budget.shareOf(anonymous).take(1));
  });

  it('keeps the shares of administrators and nodes free, however full the rest is', () => {
    const budget = new BodyBudget(limits);
    assert.ok(budget.shareOf(user('alice')).take(60) && budget.shareOf(user('bob')).take(40));
    for (const who of [user('admin', 'system:masters'), user('system:node:n1', 'system:nodes')]) {
      assert.ok(budget.shareOf(who).take(60));
      assert.ok(!budget.shareOf(who).take(1));
    }
  });
});

import assert from 'node:assert/strict';
import { readerOf } from '../../../../test/harness/admission.ts';
import { secrets } from '../../../api/resources.ts';
import { bootstrapTokens } from './bootstrapTokens.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const GOOD = {
  'token-id': 'abcdef',
  'token-secret': '0123456789abcdef',
  'usage-bootstrap-authentication': 'true',
  'auth-extra-groups': 'system:bootstrappers:workers,system:bootstrappers:a',
  expiration: '2026-01-01T00:00:01Z',
};

function secretOf(data: Readonly<Record<string, string>>, more: object = {}): object {
  return {
    metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
    ...more,
  };
}

const authenticate = (secret: object, token = 'abcdef.0123456789abcdef'): Promise<unknown> =>
  bootstrapTokens(readerOf([secrets, secret]), { now: () => NOW }).authenticateToken(token, []);

describe('bootstrapTokens', () => {
  it('know who joins, and their groups', async () => {
    assert.deepEqual(await authenticate(secretOf(GOOD)), {
      user: {
        name: 'system:bootstrap:abcdef',
        groups: ['system:bootstrappers', 'system:bootstrappers:a', 'system:bootstrappers:workers'],
      },
      audiences: [],
    });
  });

  it('say nothing of other tokens', async () => {
    for (const token of ['abc', 'ABCDEF.0123456789abcdef', 'a.b.c', 'abcdef.0123456789abcdeff']) {
      assert.equal(await authenticate(secretOf(GOOD), token), undefined);
    }
  });

  for (const [what, secret, token] of [
    ['another secret', secretOf(GOOD), 'abcdef.0123456789abcdeg'],
    ['another token', secretOf(GOOD), 'fedcba.0123456789abcdef'],
    ['the time over', secretOf({ ...GOOD, expiration: '2026-01-01T00:00:00Z' }), undefined],
    ['a time that is none', secretOf({ ...GOOD, expiration: 'soon' }), undefined],
    ['another use', secretOf({ ...GOOD, 'usage-bootstrap-authentication': 'false' }), undefined],
    ['another name in it', secretOf({ ...GOOD, 'token-id': 'fedcba' }), undefined],
    ['no secret', secretOf({ ...GOOD, 'token-secret': '' }), undefined],
    ['a group of others', secretOf({ ...GOOD, 'auth-extra-groups': 'system:masters' }), undefined],
    ['another type', secretOf(GOOD, { type: 'Opaque' }), undefined],
    [
      'its deletion',
      secretOf(GOOD, {
        metadata: {
          name: 'bootstrap-token-abcdef',
          namespace: 'kube-system',
          deletionTimestamp: '2026-01-01T00:00:00Z',
        },
      }),
      undefined,
    ],
  ] as const) {
    it(`do not hold with ${what}`, async () => {
      await assert.rejects(authenticate(secret, token), { name: 'TokenError' });
    });
  }
});

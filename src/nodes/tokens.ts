import { createHash, timingSafeEqual } from 'node:crypto';
import { draftOf } from '../api/meta.ts';
import type { Secret } from '../api/types.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Client } from '../client/contract.ts';
import { secrets } from '../api/resources.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../api/status.ts';

const NAMESPACE = 'kube-system';
const SECRET_TYPE = 'wheelhouse.io/enrolment-token';
/** As kubeadm's bootstrap tokens: a machine that was made today may first start tomorrow. */
const LIFETIME_MS = 24 * 3_600_000;
const TOKEN_BYTES = 32;

/**
 * One-time tokens with which a machine becomes a certain node: `NODE.RANDOM`. The cluster keeps only a hash, in a
 * Secret per node in kube-system, so that all API servers know it and it goes with the cluster. A token is spent by
 * the first public key that is enrolled with it; the same key may ask again (its answer may have been lost), no other.
 */
export interface EnrolmentTokens {
  /** A new token for the node; an older one ends with it. */
  issue(node: string): Promise<string>;
  /** The node that the token is for, undefined where it is unknown, outdated or withdrawn. */
  verify(token: string): Promise<string | undefined>;
  /** Spends the token on a key (its fingerprint). The node it is for, undefined where it is not good for this key. */
  redeem(token: string, key: string): Promise<string | undefined>;
  /**
   * Whether the node belongs to the cluster: something was issued for it and not withdrawn. Outlives the token itself,
   * and a Node object that somebody deletes: the node makes that again.
   */
  knows(node: string): Promise<boolean>;
  /** Withdraws whatever was issued for the node: it is no part of the cluster any more. */
  revoke(node: string): Promise<void>;
}

export function createEnrolmentTokens(options: {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
}): EnrolmentTokens {
  const { client, clock, random } = options;

  const issuedFor = async (node: string): Promise<Secret | undefined> => {
    const secret = await client.get(secrets, secretName(node)).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    return secret?.type === SECRET_TYPE ? secret : undefined;
  };
  const find = async (token: string): Promise<{ node: string; secret: Secret } | undefined> => {
    const node = token.slice(0, Math.max(token.lastIndexOf('.'), 0));
    const secret = node === '' ? undefined : await issuedFor(node);
    if (secret === undefined) return undefined;
    const expires = Date.parse(read(secret, 'expires'));
    if (!(expires > clock.now()) || !sameHash(read(secret, 'hash'), hash(token))) return undefined;
    return { node, secret };
  };

  const redeem = async (token: string, key: string): Promise<string | undefined> => {
    const found = await find(token);
    if (found === undefined) return undefined;
    const spentOn = read(found.secret, 'key');
    if (spentOn !== '') return spentOn === key ? found.node : undefined;
    const draft = draftOf(found.secret);
    draft.data = { ...draft.data, key: encode(key) };
    try {
      await client.update(secrets, draft);
      return found.node;
    } catch (error) {
      // Somebody spent or withdrew it in this moment: look again.
      if (isConflict(error) || isNotFound(error)) return redeem(token, key);
      throw error;
    }
  };

  return {
    async issue(node): Promise<string> {
      const token = `${node}.${random.bytes(TOKEN_BYTES).toString('base64url')}`;
      const draft = {
        type: SECRET_TYPE,
        metadata: secretName(node),
        data: {
          hash: encode(hash(token)),
          expires: encode(new Date(clock.now() + LIFETIME_MS).toISOString()),
        },
      };
      try {
        await client.create(secrets, structuredClone(draft));
      } catch (error) {
        if (!isAlreadyExists(error)) throw error;
        await client.update(secrets, draft);
      }
      return token;
    },
    verify: async (token) => (await find(token))?.node,
    redeem,
    knows: async (node) => (await issuedFor(node)) !== undefined,
    async revoke(node): Promise<void> {
      await client.delete(secrets, secretName(node)).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    },
  };
}

function secretName(node: string): { namespace: string; name: string } {
  return { namespace: NAMESPACE, name: `enrolment-token-${node}` };
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function sameHash(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function read(secret: Secret, key: string): string {
  return Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
}

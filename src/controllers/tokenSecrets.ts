import { draftOf } from '../api/meta.ts';
import { secrets, serviceAccounts } from '../api/resources.ts';
import { isNotFound } from '../api/status.ts';
import type { Secret, ServiceAccount } from '../api/types.ts';
import type { Client } from '../client/contract.ts';
import type { ControllerFactory } from '../client/controller.ts';
import { isRefusedByEnd } from './namespaces.ts';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';
const BY_ACCOUNT = 'service-account';

export interface TokenSecretsOptions {
  /** PEM of what signs the API server's certificate. */
  readonly ca: string;
  /** A token of an account that is good as long as the secret holds it. */
  readonly makeToken: (account: ServiceAccount, secret: Secret) => Promise<string>;
}

/**
 * Fills secrets of type service-account-token, which people make by hand, and deletes them with their account
 * (`pkg/controller/serviceaccount/tokens_controller.go`). Keys are `NAMESPACE/NAME` of secrets.
 */
export function tokenSecretsController(options: TokenSecretsOptions): ControllerFactory {
  return ({ client, informers, enqueue }) => {
    const accounts = informers.for(serviceAccounts);
    const allSecrets = informers.for(secrets);
    allSecrets.addIndex(BY_ACCOUNT, (secret) => {
      const account = accountOf(secret);
      return account === undefined ? [] : [`${secret.metadata.namespace}/${account.name}`];
    });
    const wake = (secret: Secret): void => {
      if (secret.type === TYPE) enqueue(keyOf(secret));
    };
    const wakeSecrets = (account: ServiceAccount): void => {
      for (const secret of allSecrets.byIndex(BY_ACCOUNT, keyOf(account))) enqueue(keyOf(secret));
    };
    allSecrets.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });
    accounts.addHandler({ onAdd: wakeSecrets, onDelete: wakeSecrets });

    return {
      name: 'service-account-tokens',
      workers: 1,
      async reconcile(key, signal) {
        const [namespace = '', name = ''] = key.split('/');
        const secret = allSecrets.get(namespace, name);
        if (secret === undefined) {
          await forget(client, accounts.list(namespace), name, signal);
          return undefined;
        }
        const wanted = accountOf(secret);
        if (wanted === undefined || secret.metadata.deletionTimestamp !== undefined) return undefined;
        const account = accounts.get(namespace, wanted.name);
        if (account === undefined || (wanted.uid !== '' && wanted.uid !== account.metadata.uid)) {
          await deleteOrphan(client, secret, wanted, signal);
          return undefined;
        }
        const draft = await filled(secret, account, options);
        if (draft === undefined) return undefined;
        await client.update(secrets, draft, { signal }).catch((error: unknown) => {
          if (!isNotFound(error) && !isRefusedByEnd(error)) throw error;
        });
        return undefined;
      },
    };
  };
}

const keyOf = ({ metadata }: Secret | ServiceAccount): string => `${metadata.namespace}/${metadata.name}`;

/** The account that a secret says to be of; '' for a UID that it does not say. */
function accountOf({ type, metadata }: Secret): { readonly name: string; readonly uid: string } | undefined {
  const name = metadata.annotations?.[NAME] ?? '';
  return type !== TYPE || name === '' ? undefined : { name, uid: metadata.annotations?.[UID] ?? '' };
}

/** The secret with what it lacks; undefined where it lacks nothing. */
async function filled(
  secret: Secret,
  account: ServiceAccount,
  { ca, makeToken }: TokenSecretsOptions,
): Promise<ReturnType<typeof draftOf<Secret>> | undefined> {
  const { namespace, name, uid } = account.metadata;
  const wanted: Readonly<Record<string, string>> = {
    'ca.crt': base64(ca),
    namespace: base64(namespace),
  };
  const has = secret.data ?? {};
  const needsToken = (has['token'] ?? '') === '';
  const isComplete =
    !needsToken &&
    Object.entries(wanted).every(([key, value]) => has[key] === value) &&
    secret.metadata.annotations?.[UID] === uid;
  if (isComplete) return undefined;
  const draft = draftOf(secret);
  draft.metadata.annotations = { ...draft.metadata.annotations, [NAME]: name, [UID]: uid };
  draft.data = {
    ...draft.data,
    ...wanted,
    ...(needsToken ? { token: base64(await makeToken(account, secret)) } : {}),
  };
  return draft;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Asks the API server itself: the cache may not have an account that was made a moment ago. */
async function deleteOrphan(
  client: Client,
  secret: Secret,
  account: { readonly name: string; readonly uid: string },
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name, uid, resourceVersion } = secret.metadata;
  try {
    const live = await client.get(serviceAccounts, { namespace, name: account.name }, { signal });
    if (account.uid === '' || account.uid === live.metadata.uid) return;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const options = { signal, preconditions: { uid, resourceVersion } };
  await client.delete(secrets, { namespace, name }, options).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

/** An account does not name a token that has gone. */
async function forget(
  client: Client,
  accounts: readonly ServiceAccount[],
  secret: string,
  signal: AbortSignal,
): Promise<void> {
  for (const account of accounts) {
    const kept = account.secrets?.filter(({ name }) => name !== secret);
    if (kept === undefined || kept.length === account.secrets?.length) continue;
    const draft = draftOf(account);
    draft.secrets = kept;
    await client.update(serviceAccounts, draft, { signal }).catch((error: unknown) => {
      if (!isNotFound(error) && !isRefusedByEnd(error)) throw error;
    });
  }
}

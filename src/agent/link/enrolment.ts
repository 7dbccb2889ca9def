import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { exponentialBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import { readText, writeWhole } from '../../host/files.ts';
import { createKey } from '../../host/keys.ts';
import {
  ENROL_PATH,
  type BootstrapConfig,
  type ClusterSettings,
  type EnrolRequest,
  type EnrolResponse,
} from '../../protocol/agentLink.ts';
import type { MachineClock } from './machineClock.ts';

/** What makes an agent its node: key and certificate, and what it was told of its cluster. */
export interface NodeIdentity {
  readonly key: string;
  readonly cert: string;
  readonly cluster: ClusterSettings;
}

export interface EnrolmentOptions {
  readonly config: BootstrapConfig;
  /** The identity's file: JSON of NodeIdentity, mode 0600. */
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Missing where the machine has no clock of its own. */
  readonly machineClock?: MachineClock | undefined;
}

const ATTEMPT_TIMEOUT_MS = 10_000;
const RETRY = { initialMs: 200, maxMs: 5_000, jitter: 0.5 };
/** The part of a certificate's life after which it is renewed, as kubelet's certificate manager. */
const RENEW_AT = 2 / 3;

/** The identity that is on disk, else a new one by the one-time token; retries until the control plane answers. */
export async function ensureIdentity(options: EnrolmentOptions, signal: AbortSignal): Promise<NodeIdentity> {
  const existing = await readText(options.file);
  if (existing !== undefined) return JSON.parse(existing) as NodeIdentity;
  return enrolUntilDone(options, { token: options.config.token }, signal);
}

/** Sleeps until the certificate is to be renewed, then resolves with the new identity, which is on disk by then. */
export async function renewInTime(
  options: EnrolmentOptions,
  current: NodeIdentity,
  signal: AbortSignal,
): Promise<NodeIdentity> {
  const { validFrom, validTo } = new X509Certificate(current.cert);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  const due = from + (to - from) * RENEW_AT;
  // A timer takes less than a certificate's life: sleep in days.
  for (;;) {
    const rest = due - options.clock.now();
    if (rest <= 0) break;
    await options.clock.sleep(Math.min(rest, 86_400_000), signal);
  }
  return enrolUntilDone(options, { identity: current }, signal);
}

type Credentials = { readonly token: string } | { readonly identity: NodeIdentity };

async function enrolUntilDone(
  options: EnrolmentOptions,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<NodeIdentity> {
  const { config, file, clock, random, logger } = options;
  // One key for all attempts: the token is spent on it, even where the answer is lost.
  const { key, publicKey } = await createKey();
  let backoff = exponentialBackoff({ ...RETRY, random: () => random.number() });
  for (;;) {
    try {
      const { certificate, cluster } = await post(config, credentials, publicKey, signal);
      const identity: NodeIdentity = { key, cert: certificate, cluster };
      await writeWhole(file, JSON.stringify(identity), 0o600);
      return identity;
    } catch (error) {
      signal.throwIfAborted();
      logger.warn('enrolment failed', { error });
      if ((await options.machineClock?.mend(error, config.server, config.ca)) === true) continue;
      await clock.sleep(backoff.delayMs, signal);
      backoff = backoff.next();
    }
  }
}

function post(
  config: BootstrapConfig,
  credentials: Credentials,
  publicKey: string,
  signal: AbortSignal,
): Promise<EnrolResponse> {
  const body: EnrolRequest = { nodeName: config.nodeName, publicKey };
  const identity = 'identity' in credentials ? credentials.identity : undefined;
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(ENROL_PATH, config.server),
      {
        method: 'POST',
        ca: config.ca,
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
        headers: {
          'content-type': 'application/json',
          ...('token' in credentials ? { authorization: `Bearer ${credentials.token}` } : {}),
        },
        ...(identity === undefined ? {} : { cert: identity.cert, key: identity.key }),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('error', reject);
        response.once('end', () => {
          if (response.statusCode !== 200) {
            reject(new Error(`the control plane answered ${response.statusCode ?? 0}: ${messageOf(text)}`));
            return;
          }
          resolve(JSON.parse(text) as EnrolResponse);
        });
      },
    );
    call.once('error', reject);
    call.end(JSON.stringify(body));
  });
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}

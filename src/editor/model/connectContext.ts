import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/abort.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import { StatusError } from '../../api/status.ts';
import { askPlugin, type PluginCredentials, type RunCommand } from '../../client/credentialPlugin.ts';
import type { HttpsClientOptions } from '../../client/https.ts';
import type { CredentialPlugin, Kubeconfig, KubeconfigContext } from '../../client/kubeconfig.ts';
import { ClusterSession } from './session.ts';

export interface ConnectOptions {
  readonly readFile: (path: string) => string;
  readonly run: RunCommand;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One dead cluster must not hang anything: who does not answer within this is away. */
const ANSWER_MS = 10_000;
/** Credentials are asked for again so long before they expire. */
const EARLY_MS = 60_000;

/** Opens a session with the cluster of a context, and asks it for its version, to know that it is there. */
export async function connectContext(
  name: string,
  kubeconfig: Kubeconfig,
  { readFile, run, clock, logger }: ConnectOptions,
  signal: AbortSignal,
): Promise<ClusterSession> {
  const context = kubeconfig.open({ context: name, readFile, plugins: true });
  const { plugin } = context;
  const credentials = plugin === undefined ? {} : await askPlugin(plugin, run, signal);
  const token = plugin === undefined ? undefined : new PluginToken(credentials, plugin, run, clock, logger);
  const client = withCredentials(context, credentials, token);
  const session = new ClusterSession({
    cluster: name,
    context: { ...context, client },
    own: false,
    clock,
    logger,
    ...(token === undefined ? {} : { ends: token }),
  });
  try {
    await answers(session, signal);
    await session.served.read();
    return session;
  } catch (error) {
    session.dispose();
    throw error;
  }
}

async function answers({ client }: ClusterSession, signal: AbortSignal): Promise<void> {
  await withDeadline(signal, ANSWER_MS, async (deadline) => {
    try {
      const response = await client.raw('GET', '/version', { signal: deadline.signal });
      await response.text();
      if (response.code === 401)
        throw new StatusError(401, 'Unauthorized', 'the server does not accept the credentials');
    } catch (error) {
      if (deadline.isOver) throw new Error('the API server does not answer', { cause: error });
      throw error;
    }
  });
}

function withCredentials(
  { client }: KubeconfigContext,
  { cert, key }: PluginCredentials,
  token: PluginToken | undefined,
): HttpsClientOptions {
  return {
    ...client,
    ...(cert === undefined ? {} : { cert, key }),
    ...(token?.current === undefined ? {} : { token: () => token.current ?? '' }),
  };
}

/** The token of a plugin, which is asked again before it expires. */
class PluginToken implements Disposable {
  readonly #stop = new AbortController();
  #credentials: PluginCredentials;
  #timer: Disposable | undefined;

  constructor(
    credentials: PluginCredentials,
    plugin: CredentialPlugin,
    run: RunCommand,
    clock: Clock,
    logger: Logger,
  ) {
    this.#credentials = credentials;
    const schedule = (): void => {
      const { expires } = this.#credentials;
      if (expires === undefined || this.#stop.signal.aborted) return;
      this.#timer = clock.timeout(Math.max(expires - clock.now() - EARLY_MS, EARLY_MS), () => {
        askPlugin(plugin, run, this.#stop.signal)
          .then((renewed) => (this.#credentials = renewed))
          .catch((error: unknown) => logger.warn('credentials could not be renewed', { error }))
          .finally(schedule);
      });
    };
    schedule();
  }

  get current(): string | undefined {
    return this.#credentials.token;
  }

  dispose(): void {
    this.#stop.abort();
    this.#timer?.dispose();
  }
}

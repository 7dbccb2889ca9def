import type { CredentialPlugin } from './kubeconfig.ts';

/** What a plugin gave (client.authentication.k8s.io ExecCredential, its status). */
export interface PluginCredentials {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds since the epoch; missing: they hold until the server refuses them. */
  readonly expires?: number;
}

/** Runs a command and gives what it wrote to its standard output; rejects where it fails. */
export type RunCommand = (
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<string>;

/**
 * Asks a credential plugin of a kubeconfig, as kubectl does (client-go `plugin/pkg/client/auth/exec`), without a
 * terminal. What it says on its standard error is in the rejection.
 */
export async function askPlugin(
  plugin: CredentialPlugin,
  run: RunCommand,
  signal: AbortSignal,
): Promise<PluginCredentials> {
  const { apiVersion, command, args, env, installHint } = plugin;
  const info = { kind: 'ExecCredential', apiVersion, spec: { interactive: false } };
  let output: string;
  try {
    output = await run(command, args, { ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) }, signal);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${command} gave no credentials: ${why}${installHint === '' ? '' : `\n${installHint}`}`, {
      cause: error,
    });
  }
  return credentialsIn(command, output);
}

function credentialsIn(command: string, output: string): PluginCredentials {
  let status: Readonly<Record<string, unknown>> | undefined;
  try {
    ({ status } = JSON.parse(output) as { status?: Readonly<Record<string, unknown>> });
  } catch {
    // Told below.
  }
  const text = (key: string): string | undefined => {
    const value = status?.[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const token = text('token');
  const cert = text('clientCertificateData');
  const key = text('clientKeyData');
  if (token === undefined && (cert === undefined || key === undefined))
    throw new Error(`${command} gave no credentials: neither a token nor a certificate with its key`);
  const expires = Date.parse(text('expirationTimestamp') ?? '');
  return {
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(Number.isNaN(expires) ? {} : { expires }),
  };
}

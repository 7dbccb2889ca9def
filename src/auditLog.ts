import path from 'node:path';
import type { Clock } from './base/clock.ts';
import type { Logger } from './base/logger.ts';
import { type AuditPolicy, parsePolicy } from './apiserver/audit/policy.ts';
import type { AuditSink } from './apiserver/audit/record.ts';
import { ClusterError } from './cluster/errors.ts';
import type { AuditSettings } from './cluster/profile.ts';
import { readText } from './host/files.ts';
import { RotatingFile } from './host/rotatingFile.ts';

export interface AuditLog {
  readonly policy: AuditPolicy;
  readonly sink: AuditSink;
  /** Resolves when all is written. */
  close(): Promise<void>;
}

const MEGABYTE = 1024 * 1024;

/** A cluster's audit log. Rejects with a ClusterError for a policy that cannot be read. */
export async function openAuditLog(
  settings: AuditSettings,
  folder: string,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<AuditLog> {
  // It comes from a file that people write.
  if (typeof settings.policyFile !== 'string') {
    throw new ClusterError(
      'cluster.json names no audit policy: audit.policyFile is missing',
      'Name the file, or take `audit` out of cluster.json.',
    );
  }
  const { policyFile, logFile = 'audit.log', maxSizeMegabytes = 100, maxBackups = 10 } = settings;
  const policy = await readPolicy(path.resolve(folder, policyFile));
  const file = new RotatingFile({
    path: path.resolve(folder, logFile),
    maxBytes: maxSizeMegabytes * MEGABYTE,
    maxBackups,
    now: () => clock.now(),
    onError: (error) => logger.error('the audit log cannot be written', { error }),
  });
  return {
    policy,
    sink: { write: (event) => file.append(JSON.stringify(event)) },
    close: () => file.close(),
  };
}

async function readPolicy(file: string): Promise<AuditPolicy> {
  try {
    const text = await readText(file);
    if (text === undefined) throw new Error('there is no such file');
    return parsePolicy(text);
  } catch (error) {
    throw new ClusterError(
      `the audit policy ${file} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      'Mend the file, or take `audit` out of cluster.json.',
      error,
    );
  }
}

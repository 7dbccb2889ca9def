import { type ContainerStats, type RuntimeContainer, RuntimeError, type SandboxStatus } from '../contract.ts';
import type {
  CriContainer,
  CriContainerStats,
  CriContainerStatus,
  CriPodSandbox,
  CriPodSandboxStatus,
} from './criTypes.ts';

/** Answers of CRI in the words of the runtime contract. */

const STATES = ['created', 'running', 'exited', 'unknown'] as const;
const SANDBOX_READY = 0;

const millis = (nanoseconds: number): number => Math.floor(nanoseconds / 1e6);

export const isAbsent = (error: unknown): boolean =>
  error instanceof RuntimeError && error.code === 'notFound';

/** True where another try would end the same way: what it is about is broken. */
export const isBroken = (error: unknown): boolean =>
  error instanceof RuntimeError && (error.code === 'other' || error.code === 'invalid');

/** Undefined where CRI knows no such thing. */
export async function present<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export function sandboxFrom(
  status: CriPodSandbox & Partial<CriPodSandboxStatus>,
  containers: readonly RuntimeContainer[],
): SandboxStatus {
  const { network = null } = status;
  const ready = status.state === SANDBOX_READY;
  const ips = network === null ? [] : [network.ip, ...network.additionalIps.map(({ ip }) => ip)];
  return {
    id: status.id,
    name: status.metadata?.name ?? '',
    namespace: status.metadata?.namespace ?? '',
    uid: status.metadata?.uid ?? '',
    attempt: status.metadata?.attempt ?? 0,
    ready,
    createdAt: millis(status.createdAt),
    ips: ready ? ips.filter((ip) => ip !== '') : [],
    labels: status.labels,
    annotations: status.annotations,
    containers,
  };
}

export function containerFrom(status: CriContainerStatus): RuntimeContainer {
  const state = STATES[status.state] ?? 'unknown';
  return {
    id: status.id,
    name: status.metadata?.name ?? '',
    attempt: status.metadata?.attempt ?? 0,
    state,
    createdAt: millis(status.createdAt),
    ...(status.startedAt === 0 ? {} : { startedAt: millis(status.startedAt) }),
    ...(status.finishedAt === 0 ? {} : { finishedAt: millis(status.finishedAt) }),
    ...(state === 'exited' ? { exitCode: status.exitCode } : {}),
    ...(status.reason === '' ? {} : { reason: status.reason }),
    ...(status.message === '' ? {} : { message: status.message }),
    image: status.image?.image ?? '',
    imageId: status.imageRef,
    labels: status.labels,
    annotations: status.annotations,
    logPath: status.logPath,
  };
}

/** One that is listed and cannot be read any further. */
export function unreadableContainer(listed: CriContainer): RuntimeContainer {
  const nothing = { startedAt: 0, finishedAt: 0, exitCode: 0, reason: '', message: '', logPath: '' };
  return { ...containerFrom({ ...listed, ...nothing }), state: 'unknown' };
}

/** One that has ended is listed with its files alone. */
export function isMeasured({ cpu }: CriContainerStats): boolean {
  return (cpu?.timestamp ?? 0) > 0;
}

export function statsFrom(entry: CriContainerStats, sandbox: string): ContainerStats {
  return {
    id: entry.attributes?.id ?? '',
    sandbox,
    name: entry.attributes?.metadata?.name ?? '',
    time: millis(entry.cpu?.timestamp ?? 0),
    cpuUsageNanos: entry.cpu?.usageNanos?.value ?? 0,
    memoryWorkingSetBytes: entry.memory?.workingSet?.value ?? 0,
    filesystemUsedBytes: entry.writable?.usedBytes?.value ?? 0,
  };
}

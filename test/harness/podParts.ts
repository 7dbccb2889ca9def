import { FakeClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import type { Pod } from '../../src/api/types.ts';
import type { EventRecorder } from '../../src/client/eventRecorder.ts';
import { identityOf } from '../../src/agent/pods/identity.ts';
import { newRecord, type PodRecord } from '../../src/agent/pods/podRecord.ts';
import type { Runtime, SandboxConfig, SandboxStatus } from '../../src/agent/runtime/contract.ts';

/** What the parts of the agent that act on pods work with, in memory; what they do is written down in order. */
export interface PodBench {
  readonly clock: FakeClock;
  readonly logger: typeof silentLogger;
  readonly recorder: EventRecorder;
  readonly done: string[];
  /** The runtime's sandboxes of the one pod, newest first: what the view shows. */
  sandboxes: readonly SandboxStatus[];
  readonly view: {
    forPod(uid: string): readonly SandboxStatus[];
    uids(): readonly string[];
    refresh(id: string): Promise<void>;
  };
  /** Writes down its verbs; `fail` makes one reject from now on, undefined makes it work again. */
  readonly runtime: Runtime;
  fail(verb: string, error: Error | undefined): void;
  record(pod: Pod): PodRecord;
}

export function podBench(): PodBench {
  const clock = new FakeClock();
  const done: string[] = [];
  const failures = new Map<string, Error>();
  const verb =
    (name: string, result?: unknown) =>
    (subject: unknown = ''): Promise<unknown> => {
      done.push(typeof subject === 'string' && subject !== '' ? `${name} ${subject}` : name);
      const failure = failures.get(name);
      return failure === undefined ? Promise.resolve(result) : Promise.reject(failure);
    };
  const bench: PodBench = {
    clock,
    logger: silentLogger,
    recorder: { event: (_pod, type, reason, message) => void done.push(`${type} ${reason} ${message}`) },
    done,
    sandboxes: [],
    view: {
      forPod: () => bench.sandboxes,
      uids: () => bench.sandboxes.map(({ uid }) => uid),
      refresh: () => Promise.resolve(),
    },
    runtime: {
      runSandbox: verb('runSandbox', 'sandbox-0'),
      stopSandbox: verb('stopSandbox'),
      removeSandbox: verb('removeSandbox'),
      createContainer: verb('createContainer', 'app-1'),
      startContainer: verb('startContainer'),
      stopContainer: verb('stopContainer'),
      removeContainer: verb('removeContainer'),
      updateContainer: verb('updateContainer'),
      status: () => Promise.resolve(bench.sandboxes[0]),
    } as unknown as Runtime,
    fail(name, error) {
      if (error === undefined) failures.delete(name);
      else failures.set(name, error);
    },
    record: (pod) => newRecord(identityOf(pod), pod, clock),
  };
  return bench;
}

export const testSandboxConfig: SandboxConfig = {
  name: 'web',
  namespace: 'default',
  uid: 'uid-1',
  attempt: 0,
  hostname: 'web',
  logDirectory: '/var/log/pods/web',
  hostNetwork: false,
  hostPid: false,
  hostIpc: false,
  shareProcesses: false,
  cgroupParent: '/kubepods/uid-1',
  labels: {},
  annotations: {},
  sysctls: {},
  security: { privileged: false, supplementalGroups: [] },
};

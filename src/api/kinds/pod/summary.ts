import type { ContainerStatus, Pod } from '../../types.ts';

export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  /** The word in kubectl's STATUS column: a phase, a container's reason, `Init:0/1`, `Terminating` … */
  readonly reason: string;
  readonly restarts: number;
  /** When the last restarted container ended, RFC 3339. */
  readonly lastRestart: string | undefined;
}

/** The state of a pod in a line (printers `internalversion/printers.go` `printPod`). */
export function podSummary(pod: Pod): PodSummary {
  const { spec, status = {} } = pod;
  const initContainers = spec.initContainers ?? [];
  const restartable = new Set(initContainers.filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const gated =
    status.conditions?.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated') ?? false;
  let reason = gated ? 'SchedulingGated' : firstOf(status.reason, status.phase) || 'Unknown';
  let ready = 0;
  let all = new Restarts();
  const sidecars = new Restarts();

  let initializing = false;
  for (const [i, container] of (status.initContainerStatuses ?? []).entries()) {
    const sidecar = restartable.has(container.name);
    all.add(container);
    if (sidecar) sidecars.add(container);
    if (container.state?.terminated?.exitCode === 0) continue;
    if (sidecar && container.started === true) {
      if (container.ready) ready++;
      continue;
    }
    reason = initReason(container, i, initContainers.length);
    initializing = true;
    break;
  }

  const initialized =
    status.conditions?.some((c) => c.type === 'Initialized' && c.status === 'True') ?? false;
  if (!initializing || initialized) {
    all = sidecars;
    let running = false;
    for (const container of [...(status.containerStatuses ?? [])].reverse()) {
      all.add(container);
      const why = containerReason(container);
      if (why !== undefined) reason = why;
      else if (container.ready && container.state?.running !== undefined) {
        running = true;
        ready++;
      }
    }
    if (reason === 'Completed' && running) {
      const isReady = status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
      reason = isReady ? 'Running' : 'NotReady';
    }
  }

  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status.reason === 'NodeLost') reason = 'Unknown';
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') reason = 'Terminating';
  }
  return {
    ready,
    total: spec.containers.length + restartable.size,
    reason,
    restarts: all.count,
    lastRestart: all.last,
  };
}

/** Restarts of some containers, and the end of the latest one. */
class Restarts {
  count = 0;
  last: string | undefined;

  add(container: ContainerStatus): void {
    this.count += container.restartCount;
    const ended = container.lastState?.terminated?.finishedAt;
    if (ended !== undefined && (this.last === undefined || Date.parse(this.last) < Date.parse(ended))) {
      this.last = ended;
    }
  }
}

function initReason({ state }: ContainerStatus, index: number, count: number): string {
  if (state?.terminated !== undefined) return `Init:${terminatedReason(state.terminated)}`;
  const waiting = state?.waiting?.reason ?? '';
  return waiting !== '' && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${count}`;
}

function containerReason({ state }: ContainerStatus): string | undefined {
  const waiting = state?.waiting?.reason ?? '';
  if (waiting !== '') return waiting;
  return state?.terminated === undefined ? undefined : terminatedReason(state.terminated);
}

function terminatedReason(ended: { reason?: string; signal?: number; exitCode: number }): string {
  if (ended.reason !== undefined && ended.reason !== '') return ended.reason;
  return ended.signal !== undefined && ended.signal !== 0
    ? `Signal:${ended.signal}`
    : `ExitCode:${ended.exitCode}`;
}

const firstOf = (...texts: (string | undefined)[]): string =>
  texts.find((text) => text !== undefined && text !== '') ?? '';

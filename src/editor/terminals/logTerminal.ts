import { EventEmitter, type Pseudoterminal } from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import { followPodLogs, type PodLogsOptions } from '../logs/podLogs.ts';
import { inTimeOrder, LogRenderer, type LogPrefix, type PendingLine } from '../logs/renderLog.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { ClusterSession } from '../model/session.ts';

const TAIL_LINES = 500;
/** Lines within this time are written together, in the order of their times. */
const BATCH_MS = 50;

export interface LogTerminalOptions extends Pick<PodLogsOptions, 'namespace' | 'selection'> {
  readonly model: ClusterModel;
  readonly cluster: string;
  readonly container?: string;
  readonly prefix: LogPrefix;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Logs, followed until the terminal is closed: across restarts of containers, pods, nodes and of the whole cluster. */
export function logTerminal(options: LogTerminalOptions): Pseudoterminal {
  const { model, cluster, namespace, selection, container, prefix, clock, logger } = options;
  const write = new EventEmitter<string>();
  const stop = new AbortController();
  const renderer = new LogRenderer({ prefix, timestamps: false });
  const pending: PendingLine[] = [];
  let flushing: Disposable | undefined;
  let following: ClusterSession | undefined;
  let since: string | undefined;
  let subscription: Disposable | undefined;

  const flush = (): void => {
    flushing?.dispose();
    flushing = undefined;
    const lines = inTimeOrder(pending.splice(0));
    if (lines.length === 0) return;
    since = lines.findLast(({ line }) => line.time !== '')?.line.time ?? since;
    write.fire(lines.map(({ source, line }) => renderer.line(source, line)).join(''));
  };
  const note = (text: string): void => {
    flush();
    write.fire(renderer.note(text));
  };
  const follow = (): void => {
    const session = model.session(cluster);
    if (session === following) return;
    if (session === undefined) note(`cluster ${cluster} is not running`);
    following = session;
    if (session === undefined) return;
    const signal = AbortSignal.any([stop.signal, session.signal]);
    void followPodLogs(
      {
        client: session.client,
        clock,
        logger,
        namespace,
        selection,
        ...(container === undefined ? {} : { container }),
        ...(since === undefined ? { tailLines: TAIL_LINES } : { since }),
        sink: {
          lines(source, lines) {
            for (const line of lines) pending.push({ source, line });
            flushing ??= clock.timeout(BATCH_MS, flush);
          },
          note,
        },
      },
      signal,
    );
  };
  return {
    onDidWrite: write.event,
    open() {
      subscription = model.onDidChange(follow);
      follow();
    },
    close() {
      stop.abort();
      subscription?.dispose();
      flushing?.dispose();
      write.dispose();
    },
  };
}

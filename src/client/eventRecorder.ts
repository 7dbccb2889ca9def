import type { KubeObject } from '../api/meta.ts';

/** Writes Events about objects; repeats of the same event are counted up on the first one (client-go `tools/record`). */
export interface EventRecorder {
  /** Never blocks and never throws; events that cannot be written are dropped with a log line. */
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

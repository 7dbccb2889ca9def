import type { KubeObject } from '../api/meta.ts';

/** Writes Events about objects; repeats of the same event are counted up on the first one (client-go `tools/record`). */
export interface EventRecorder {
  /**
   * Never blocks and never throws; events that cannot be written are dropped with a log line.
   * @param fieldPath the part of the object that it is about: `spec.containers{name}`
   */
  event(
    about: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath?: string,
  ): void;
}

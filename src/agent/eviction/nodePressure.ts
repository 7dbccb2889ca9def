import type { Clock } from '../../base/clock.ts';
import { Emitter, type Event } from '../../base/events.ts';
import type { Machine, MachineInfo } from '../node/machineInfo.ts';
import { type PressureCondition, type Shortage, shortages } from './thresholds.ts';

/** What the node is short of. */
export interface NodePressure {
  /** Checks the machine and returns what it is short of now. */
  check(): Promise<readonly Shortage[]>;
  /** The node's conditions. A condition stays for a while after its cause has ended, so that it does not flap. */
  readonly conditions: ReadonlySet<PressureCondition>;
  /** `conditions` has changed. */
  readonly onChange: Event<undefined>;
}

/** kubelet's evictionPressureTransitionPeriod. */
export const TRANSITION_MS = 300_000;

export function createNodePressure(options: {
  readonly machine: Pick<Machine, 'info' | 'usage'>;
  readonly clock: Pick<Clock, 'monotonic'>;
}): NodePressure {
  const { machine, clock } = options;
  const changed = new Emitter<undefined>();
  const lastSeen = new Map<PressureCondition, number>();
  /** Read once: a machine that gets another size restarts its agent. */
  let info: MachineInfo | undefined;
  let conditions: ReadonlySet<PressureCondition> = new Set();

  return {
    async check() {
      info ??= await machine.info();
      const usage = await machine.usage();
      const found = shortages(info, usage);
      const now = clock.monotonic();
      for (const { condition } of found) lastSeen.set(condition, now);
      const before = conditions;
      conditions = new Set(
        [...lastSeen].flatMap(([condition, at]) => (now - at < TRANSITION_MS ? [condition] : [])),
      );
      if (before.size !== conditions.size || [...before].some((each) => !conditions.has(each)))
        changed.fire(undefined);
      return found;
    },
    get conditions() {
      return conditions;
    },
    onChange: changed.event,
  };
}

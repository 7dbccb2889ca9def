import { quantityValue, tryParseQuantity } from '../../api/quantity.ts';

/**
 * What can be asked of the simulated runtime, as annotations of a pod. `simulated.wheelhouse.dev/KNOB` is for all
 * containers, `simulated.wheelhouse.dev/KNOB.CONTAINER` for one. Durations are Go's: `250ms`, `3s`, `1m`.
 *
 * | knob | meaning | default |
 * | --- | --- | --- |
 * | `sandbox-delay` | time until the sandbox has its address | 0 |
 * | `start-delay` | time that starting a container takes | 0 |
 * | `start-error` | text that starting a container fails with | none |
 * | `run-for` | time after which a container ends by itself | for ever |
 * | `exit-code` | its exit code then | 0 |
 * | `stop-delay` | time between TERM and its end | 0 |
 * | `ready-after` | age from which exec probes succeed | 0 |
 * | `log` | lines that it writes at its start | none |
 * | `disk-usage` | a quantity that it has written to its own file system | 0 |
 */
export interface SimulatedKnobs {
  readonly sandboxDelayMs: number;
  readonly startDelayMs: number;
  readonly startError: string;
  /** Undefined: it never ends by itself. */
  readonly runForMs: number | undefined;
  readonly exitCode: number;
  readonly stopDelayMs: number;
  readonly readyAfterMs: number;
  readonly logLines: readonly string[];
  readonly diskUsageBytes: number;
}

export const KNOB_PREFIX = 'simulated.wheelhouse.dev/';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

export function readKnobs(annotations: Readonly<Record<string, string>>, container: string): SimulatedKnobs {
  const text = (knob: string): string | undefined =>
    annotations[`${KNOB_PREFIX}${knob}.${container}`] ?? annotations[`${KNOB_PREFIX}${knob}`];
  const duration = (knob: string): number => durationOf(text(knob)) ?? 0;
  return {
    sandboxDelayMs: duration('sandbox-delay'),
    startDelayMs: duration('start-delay'),
    startError: text('start-error') ?? '',
    runForMs: durationOf(text('run-for')),
    exitCode: Number(text('exit-code') ?? 0),
    stopDelayMs: duration('stop-delay'),
    readyAfterMs: duration('ready-after'),
    logLines: text('log')?.split('\n') ?? [],
    diskUsageBytes: bytesOf(text('disk-usage')),
  };
}

/** Undefined for what is no duration. */
function durationOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0),
    0,
  );
}

/** 0 for what is no quantity. */
function bytesOf(text = ''): number {
  return tryParseQuantity(text) === undefined ? 0 : quantityValue(text);
}

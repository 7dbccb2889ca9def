import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { ProcessRunner } from '../../host/processes.ts';
import { askWithoutTime, isFailureOfTime } from '../../host/serverTime.ts';
import { LINK_PATH, LINK_PROTOCOL, TIME_HEADER } from '../../protocol/agentLink.ts';

/** The clock of a machine that has one of its own (a VM): set to the control plane's, which is the desktop's. */
export interface MachineClock {
  /** What the control plane said its time was, in ms, and how long that was on its way there and back. */
  told(serverMs: number, roundTripMs: number): Promise<void>;
  /** What a ping said: how long it took is not known, so the control plane is asked where the times differ. */
  hinted(serverMs: number, server: string, ca: string): Promise<void>;
  /**
   * After a failed connection: where its cause may be that the time here is wrong, asks for the time and sets it.
   * True where it was set: trying again at once is worth it.
   */
  mend(failure: unknown, server: string, ca: string): Promise<boolean>;
}

export interface MachineClockOptions {
  readonly clock: Clock;
  readonly run: ProcessRunner;
  readonly logger: Logger;
  /** The time of day has jumped. */
  readonly onSet?: () => void;
}

/** Smaller differences are left alone. */
const TOLERANCE_MS = 1_000;
const ATTEMPTS = 3;

export function createMachineClock(options: MachineClockOptions): MachineClock {
  const { clock, run, logger, onSet } = options;
  const monotonic = (): number => clock.monotonic();

  /**
   * True where it was set. `told` was the server's time some moment of the round trip that ended `at` (monotonic): in
   * its middle, taken by and large, and how far from there nobody knows.
   */
  const setTo = async (told: number, roundTripMs: number, at: number): Promise<boolean> => {
    const ms = told + roundTripMs / 2;
    const now = (): number => ms + monotonic() - at;
    const difference = (): number => Math.round(now() - clock.now());
    const differenceMs = difference();
    if (Math.abs(differenceMs) <= TOLERANCE_MS + roundTripMs / 2) return false;
    // A machine that is busy (it has just woken) may take seconds to start a process: what that cost is made good.
    for (let attempt = 1; Math.abs(difference()) > TOLERANCE_MS && attempt <= ATTEMPTS; attempt++) {
      await run.run('date', [`--set=@${(now() / 1_000).toFixed(3)}`]);
    }
    logger.info("the clock was set to the control plane's", { differenceMs });
    onSet?.();
    return true;
  };

  const ask = async (server: string, ca: string): Promise<boolean> => {
    const { headers, roundTripMs, certificate } = await askWithoutTime(
      new URL(LINK_PATH, server),
      ca,
      { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': LINK_PROTOCOL },
      monotonic,
    );
    const time = Number(headers[TIME_HEADER]);
    // After it the certificate passes the usual check, or it was a lie.
    if (!(time >= certificate.validFrom && time <= certificate.validTo)) {
      throw new Error("the time that was told is none at which the server's certificate is valid");
    }
    return setTo(time, roundTripMs, monotonic());
  };

  const guarded = async (attempt: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await attempt();
    } catch (error) {
      logger.warn('the clock could not be set', { error });
      return false;
    }
  };

  return {
    async told(serverMs, roundTripMs) {
      const at = monotonic();
      await guarded(() => setTo(serverMs, roundTripMs, at));
    },
    async hinted(serverMs, server, ca) {
      if (Math.abs(serverMs - clock.now()) > TOLERANCE_MS) await guarded(() => ask(server, ca));
    },
    mend: async (failure, server, ca) => isFailureOfTime(failure) && guarded(() => ask(server, ca)),
  };
}

import { isAborted } from '../../../base/abort.ts';
import { exponentialBackoff } from '../../../base/backoff.ts';
import type { Clock } from '../../../base/clock.ts';
import { createDeferred, type Deferred } from '../../../base/deferred.ts';
import { type Disposable, toDisposable } from '../../../base/disposable.ts';
import type { Logger } from '../../../base/logger.ts';
import type { ProcessRunner } from '../../../host/processes.ts';
import { BASE_SCRIPT } from './base.ts';
import type { Piece } from './piece.ts';
import { Ruleset } from './ruleset.ts';
import { scriptOf } from './script.ts';

export interface NftTableOptions {
  readonly run: ProcessRunner;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The node's nftables table. Pieces are given as wanted; what was given since the last transaction goes into the next
 * one, as the difference to what is there. Starts with the whole table, and goes back to that when a transaction fails.
 */
export class NftTable {
  readonly #options: NftTableOptions;
  readonly #ruleset = new Ruleset();
  /** The changes that are wanted and not in the ruleset yet. */
  readonly #wanted = new Map<string, Piece | undefined>();
  /** Chains that are empty and unused: the next transaction deletes them. */
  #garbage = new Set<string>();
  #complete = false;
  #isApplying = false;
  readonly #holds = new Set<Disposable>();
  #wake: Deferred<undefined> | undefined;
  #settled: Deferred<undefined> | undefined;

  constructor(options: NftTableOptions) {
    this.#options = options;
  }

  /** `undefined` takes the piece away. */
  set(name: string, piece: Piece | undefined): void {
    this.#wanted.set(name, piece);
    this.#wake?.resolve(undefined);
  }

  /**
   * Nothing is applied while anyone holds the table: after a restart of the agent, the old rules stay in force until
   * everything is known that replaces them.
   */
  hold(): Disposable {
    const hold = toDisposable(() => {
      this.#holds.delete(hold);
      this.#wake?.resolve(undefined);
    });
    this.#holds.add(hold);
    return hold;
  }

  /** Resolves when everything given so far is in the kernel. */
  async settled(): Promise<void> {
    if (this.#isIdle) return;
    this.#settled ??= createDeferred();
    await this.#settled.promise;
  }

  /** Applies until the signal aborts. The table stays as it is: pods keep their network when the agent goes. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    const wake = (): void => this.#wake?.resolve(undefined);
    signal.addEventListener('abort', wake, { once: true });
    const first = exponentialBackoff({ initialMs: 200, maxMs: 30_000 });
    let backoff = first;
    while (!isAborted(signal)) {
      if (this.#isIdle || this.#holds.size > 0) {
        if (this.#isIdle) {
          this.#settled?.resolve(undefined);
          this.#settled = undefined;
        }
        this.#wake = createDeferred();
        await this.#wake.promise;
        this.#wake = undefined;
        continue;
      }
      this.#isApplying = true;
      try {
        await this.#apply();
        this.#isApplying = false;
        backoff = first;
      } catch (error) {
        logger.error('applying nftables rules failed; all rules are written again', { error });
        this.#complete = false;
        this.#isApplying = false;
        await clock.sleep(backoff.delayMs, signal).catch(() => undefined);
        backoff = backoff.next();
      }
    }
    signal.removeEventListener('abort', wake);
  }

  get #isIdle(): boolean {
    return this.#complete && this.#wanted.size === 0 && !this.#isApplying;
  }

  async #apply(): Promise<void> {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    const changes = wanted.map(([name, piece]) => this.#ruleset.replace(name, piece));
    let script: string;
    const garbage = new Set<string>();
    if (this.#complete) {
      for (const { removedChains } of changes) for (const chain of removedChains) garbage.add(chain);
      // A chain that has come back meanwhile is no garbage.
      for (const { rules } of changes) {
        for (const chain of rules.keys()) {
          garbage.delete(chain);
          this.#garbage.delete(chain);
        }
      }
      script = scriptOf(changes, this.#garbage);
    } else {
      script = BASE_SCRIPT + scriptOf([this.#ruleset.all()]);
    }
    try {
      if (script !== '') await this.#options.run.run('nft', ['-f', '-'], { input: script });
    } catch (error) {
      if (!this.#complete) await this.#leaveOutRefused();
      throw error;
    }
    this.#garbage = garbage;
    this.#complete = true;
  }

  /**
   * The whole table is refused: finds the pieces that are at fault and takes them out, so that one service with data
   * that nobody foresaw does not take the others down. They come back when they change.
   */
  async #leaveOutRefused(): Promise<void> {
    const { logger } = this.#options;
    if ((await this.#refusal(BASE_SCRIPT)) !== undefined) return;
    for (const [name, piece] of [...this.#ruleset.pieces]) {
      const alone = new Ruleset();
      const error = await this.#refusal(BASE_SCRIPT + scriptOf([alone.replace(name, piece)]));
      if (error === undefined) continue;
      logger.error('rules are refused and left out', { piece: name, error });
      this.#ruleset.replace(name, undefined);
    }
  }

  /** Why a script would fail, without applying it. */
  async #refusal(script: string): Promise<unknown> {
    try {
      await this.#options.run.run('nft', ['-c', '-f', '-'], { input: script });
      return undefined;
    } catch (error) {
      return error;
    }
  }
}

import { untilAborted } from '../../../base/abort.ts';
import { createDeferred } from '../../../base/deferred.ts';

/**
 * What machines share in a hypervisor (a box's image, Vagrant's own network) is made with the first of them, under
 * locks that hold inside one Vagrant alone: the others wait until it is there.
 */
export class FirstGoesAlone {
  readonly #making = new Map<string, Promise<undefined>>();

  /** Resolves when the caller may go on, with what it calls when all is there (or it gives up). */
  async enter(share: string, ready: () => Promise<boolean>, signal: AbortSignal): Promise<() => void> {
    for (;;) {
      signal.throwIfAborted();
      const making = this.#making.get(share);
      if (making !== undefined) {
        await untilAborted(making, signal);
        continue;
      }
      const made = createDeferred<undefined>();
      // Before it is asked, so that nobody comes in between.
      this.#making.set(share, made.promise);
      const leave = (): void => {
        if (this.#making.get(share) === made.promise) this.#making.delete(share);
        made.resolve(undefined);
      };
      try {
        if (!(await ready())) return leave;
      } catch (error) {
        leave();
        throw error;
      }
      leave();
      return () => undefined;
    }
  }
}

import type { RequestHandler } from '../api/request.ts';
import type { HealthCheck } from './observe/health.ts';

/** The work between the start of the server and its readiness: it makes objects that every cluster has. */
export interface PostStartHook {
  /** Shown by `/readyz` as `poststarthook/NAME`. */
  readonly name: string;
  run(handler: RequestHandler, signal: AbortSignal): Promise<void>;
}

/** Post-start hooks and, as health checks, which of them are done. */
export class HookRun {
  readonly checks: readonly HealthCheck[];
  readonly #hooks: readonly PostStartHook[];
  readonly #done = new Set<string>();

  constructor(hooks: readonly PostStartHook[]) {
    this.#hooks = hooks;
    this.checks = hooks.map(({ name }) => ({
      name: `poststarthook/${name}`,
      check: () => {
        if (!this.#done.has(name)) throw new Error('not finished');
      },
    }));
  }

  async run(handler: RequestHandler, signal: AbortSignal): Promise<void> {
    for (const hook of this.#hooks) {
      signal.throwIfAborted();
      await hook.run(handler, signal);
      this.#done.add(hook.name);
    }
  }
}

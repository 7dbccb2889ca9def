import type { WaitingReason } from './containerStatus.ts';

/** The reasons why containers of a pod do not run yet, for their status. By container name. */
export class ContainerStarts {
  readonly #waiting = new Map<string, WaitingReason>();
  readonly #inHook = new Set<string>();

  /** Why it waits. */
  waiting(name: string): WaitingReason | undefined {
    return this.#waiting.get(name);
  }

  /** Its postStart hook is at work. */
  isInHook(name: string): boolean {
    return this.#inHook.has(name);
  }

  wait(name: string, reason: WaitingReason): void {
    this.#waiting.set(name, reason);
  }

  run(name: string): void {
    this.#waiting.delete(name);
  }

  beginHook(name: string): void {
    this.#inHook.add(name);
  }

  endHook(name: string): void {
    this.#inHook.delete(name);
  }
}

/** How far the taking down of a pod has come. Written by podTermination. */
export class PodEnding {
  #stage: 'none' | 'terminating' | 'terminated' = 'none';
  #grace: number | undefined;

  get stage(): 'none' | 'terminating' | 'terminated' {
    return this.#stage;
  }

  /** The grace that it was begun with, in seconds. */
  get grace(): number | undefined {
    return this.#grace;
  }

  begin(graceSeconds: number): void {
    this.#stage = 'terminating';
    this.#grace = graceSeconds;
  }

  complete(): void {
    this.#stage = 'terminated';
  }
}

const CLIENT_GONE = new Error('the client has gone');

/** Whether a client has gone before it was answered. Its signal is made for those who ask for it: most requests are over too soon. */
export class Departure {
  #gone = false;
  #controller: AbortController | undefined;

  get gone(): boolean {
    return this.#gone;
  }

  /** Aborted once the client has gone. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#gone) this.#controller.abort(CLIENT_GONE);
    }
    return this.#controller.signal;
  }

  happened(): void {
    this.#gone = true;
    this.#controller?.abort(CLIENT_GONE);
  }
}

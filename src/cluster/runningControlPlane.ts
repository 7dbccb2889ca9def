/** A control plane that answers. */
export interface RunningControlPlane {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** False where another process (window, command) owns it and this one only uses it. */
  readonly owned: boolean;
  /** Stops it where it is owned, lets go of it otherwise. */
  stop(): Promise<void>;
  /** Resolves when it is gone: with the failure where it died, with nothing where somebody ended it. */
  readonly exited: Promise<Error | undefined>;
}

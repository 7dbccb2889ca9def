/** A part of the agent that does something by itself. */
export interface AgentPart {
  /** Works until the signal aborts, or until it has nothing more to do by itself. */
  run(signal: AbortSignal): Promise<void>;
  /** After the signal has aborted, in reverse order of the list: resolves when nothing of it is at work any more. */
  close?(): Promise<void>;
}

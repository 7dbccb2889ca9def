import { MachineError } from '../contract.ts';
import { remedyFor } from './remedies.ts';

/** The failure of one verb, with what to do where that is known. */
export function machineError(action: string, error: unknown): MachineError {
  if (error instanceof MachineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new MachineError(`${action}: ${message}`, remedyFor(message), error);
}

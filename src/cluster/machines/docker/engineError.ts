import { MachineError, type PreflightProblem } from '../contract.ts';

/** Errors of dockerode: an HTTP answer of the engine, or the socket's own failure. */
interface EngineFailure {
  readonly statusCode?: number;
  readonly code?: string;
  readonly json?: { readonly message?: string } | null;
  readonly message?: string;
}

export function isStatus(error: unknown, ...codes: readonly number[]): boolean {
  const { statusCode } = Object(error) as EngineFailure;
  return statusCode !== undefined && codes.includes(statusCode);
}

/** What the engine said, without dockerode's own words around it. */
export function engineMessage(error: unknown): string {
  const { json, message } = Object(error) as EngineFailure;
  return json?.message ?? message ?? String(error);
}

/** The engine cannot be used at all: what it is and what to do. Undefined for any other failure. */
export function unreachable(error: unknown): PreflightProblem | undefined {
  switch ((Object(error) as EngineFailure).code) {
    case 'EACCES':
    case 'EPERM':
      return {
        what: 'no right to use the Docker Engine',
        remedy: 'Add your user to the group "docker" (sudo usermod -aG docker "$USER") and log in again.',
      };
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'ECONNRESET':
    case 'ETIMEDOUT':
      return {
        what: 'no Docker Engine answers',
        remedy: 'Install Docker Engine or Docker Desktop, start it, and try again.',
      };
    default:
      return undefined;
  }
}

/** The failure of one verb on one machine (or on what all share, `machine` ''), with what to do where that is known. */
export function machineError(action: string, error: unknown): MachineError {
  if (error instanceof MachineError) return error;
  const problem = unreachable(error);
  if (problem !== undefined) return new MachineError(`${action}: ${problem.what}`, problem.remedy, error);
  const message = engineMessage(error);
  return new MachineError(`${action}: ${message}`, remedyFor(message), error);
}

function remedyFor(message: string): string {
  if (/no space left on device/i.test(message)) {
    return 'Free some disk space (docker system prune removes what is unused) and try again.';
  }
  if (/port is already allocated|address already in use/i.test(message)) {
    return 'Another program uses the port: stop it, or choose another port.';
  }
  if (/is already in use by container/i.test(message)) {
    return 'A container of this name is not Wheelhouse’s: remove or rename it.';
  }
  if (/could not find an available.*address pool|pool overlaps/i.test(message)) {
    return 'The engine has no free subnet: docker network prune removes unused networks.';
  }
  if (/unexpected EOF|tar header|unrecognized image format|not a valid tar/i.test(message)) {
    return 'The file must be a whole tar of an image, as docker save writes it.';
  }
  if (/operation not permitted|cgroup/i.test(message)) {
    return 'The engine must let containers have capabilities: rootless engines cannot run nodes.';
  }
  return '';
}

import type Docker from 'dockerode';
import { engineMessage } from './engineError.ts';

const ATTEMPTS = 5;

/**
 * Pauses a container. On a busy machine processes may come faster than the runtime can freeze them: it gives up then,
 * with all of them awake, and the next attempt mostly succeeds.
 */
export async function freeze(container: Pick<Docker.Container, 'pause'>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await container.pause();
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !/unable to freeze/i.test(engineMessage(error))) throw error;
    }
  }
}

import type { ProcessRunner } from '../host/processes.ts';
import { ClusterError } from './errors.ts';

/** An image of the local Docker Engine in `docker save` form. Fails with the engine's own words where it has none. */
export async function* savedImage(processes: ProcessRunner, reference: string): AsyncGenerator<Uint8Array> {
  const child = processes.spawn('docker', ['save', reference]);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  try {
    for await (const chunk of child.stdout) yield chunk as Uint8Array;
    if ((await child.exited) === 0) return;
  } finally {
    child.kill();
  }
  throw new ClusterError(
    `image ${reference} could not be read from the Docker Engine: ${said.trim()}`,
    'Build or pull it first, or give a tar file.',
  );
}

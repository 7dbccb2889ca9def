/**
 * Imports an image that comes on standard input. containerd leaves what it unpacks to the kernel to write some time: a
 * machine that loses its power a moment later would have the image's name without its files.
 */
const IMPORT = 'ctr --namespace k8s.io images import - && sync --file-system /var/lib/containerd';

/**
 * Brings an image into a machine's containerd; on the machine's disk when it resolves. `run` runs a line of shell on the
 * machine, as root, fed with the image's tar. Rejects with what the line said where it fails.
 */
export async function importImage(
  run: (line: string) => Promise<{ readonly code: number; readonly output: string }>,
): Promise<void> {
  const { code, output } = await run(IMPORT);
  if (code !== 0) throw new Error(output === '' ? `ctr ended with ${code}` : output);
}

/** Prints a figure of a run on virtual machines, with what it is held against where there is something. */
export function figure(what: string, value: string, note = ''): void {
  console.log(`    measured: ${what.padEnd(58)} ${value.padStart(9)}${note === '' ? '' : `   ${note}`}`);
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** How long `work` takes, in milliseconds. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const began = performance.now();
  const result = await work();
  return { result, ms: performance.now() - began };
}

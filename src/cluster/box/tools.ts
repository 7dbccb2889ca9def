import { ClusterError } from '../errors.ts';
import type { Tools } from './contract.ts';

/** Elsewhere there is no mmdebstrap. */
export function requireLinux(platform: string): void {
  if (platform === 'linux') return;
  throw new ClusterError(
    'boxes are built on Debian and Ubuntu',
    'Build one there, copy its file here, and run: wheelhouse box add FILE.',
  );
}

/** Rejects with the command line that installs what is missing. `has` tells whether a command is there. */
export async function requireTools(tools: Tools, has: (command: string) => Promise<boolean>): Promise<void> {
  const missing: string[] = [];
  for (const command of Object.keys(tools)) if (!(await has(command))) missing.push(command);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((command) => tools[command]))].sort();
  throw new ClusterError(
    `building a box needs ${missing.join(', ')}`,
    `Run: sudo apt-get install ${packages.join(' ')}`,
  );
}

import type { ProcessRunner } from '../../../../host/processes.ts';
import { fullName } from '../folder.ts';
import type { Hypervisor, VirtualMachine } from './contract.ts';

export interface OtherCluster {
  readonly cluster: string;
  /** Its Vagrant folder. */
  readonly folder: string;
}

/**
 * Hypervisors that only Vagrant is asked about (VMware, Parallels, Hyper-V): slower, and their networks are there when
 * Vagrant has made the first machine. Written after Vagrant's documentation and never run.
 */
export function createOther(
  provider: string,
  processes: ProcessRunner,
  /** The clusters whose machines are of this provider. */
  clusters: () => Promise<readonly OtherCluster[]>,
): Hypervisor {
  const states = async ({ cluster, folder }: OtherCluster): Promise<readonly VirtualMachine[]> => {
    const { stdout } = await processes.run('vagrant', ['status', '--machine-readable'], {
      cwd: folder,
      env: { VAGRANT_CHECKPOINT_DISABLE: '1', VAGRANT_CWD: folder },
    });
    return [...stdout.matchAll(/^\d+,([^,]+),state,(\S+)/gm)].flatMap(([, node = '', state = '']) => {
      const name = fullName(cluster, node);
      return state === 'not_created' ? [] : [{ name, id: name, state: stateOf(state) }];
    });
  };
  return {
    provider,
    carriesPodAddresses: false,
    version: () => Promise.resolve(undefined),
    list: async () => (await Promise.all((await clusters()).map(states))).flat(),
    ensureNetwork: () => Promise.resolve(undefined),
    removeNetwork: () => Promise.resolve(),
    takenSubnets: () => Promise.resolve([]),
    sharesReady: () => Promise.resolve(true),
    // Vagrant's own destroy has gone before.
    discard: () => Promise.resolve(),
    snapshots: () => Promise.resolve([]),
  };
}

function stateOf(state: string): VirtualMachine['state'] {
  if (state === 'running') return 'running';
  if (/saved|suspended|paused/.test(state)) return 'paused';
  return /poweroff|off|stopped|not_running|halted/.test(state) ? 'stopped' : 'failed';
}

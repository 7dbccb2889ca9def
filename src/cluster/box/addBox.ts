import { ProcessError, type ProcessRunner } from '../../host/processes.ts';
import { ClusterError } from '../errors.ts';
import type { Progress } from '../machines/contract.ts';
import type { BuiltBox } from './buildBox.ts';

/** Nothing is asked of Vagrant's servers. */
const env = { VAGRANT_CHECKPOINT_DISABLE: '1', VAGRANT_BOX_UPDATE_CHECK_DISABLE: '1' };

/** Makes a box known to Vagrant, unless it is. */
export async function addBox(
  processes: ProcessRunner,
  box: Pick<BuiltBox, 'name' | 'version' | 'provider' | 'catalogue'>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const vagrant = async (...args: string[]): Promise<string> => {
    try {
      return (await processes.run('vagrant', args, { env, signal })).stdout;
    } catch (error) {
      if (error instanceof ProcessError && error.code === undefined) {
        throw new ClusterError('vagrant is not installed', 'Install it, or leave --add away.', error);
      }
      throw error;
    }
  };
  if (knows(await vagrant('box', 'list', '--machine-readable'), box)) return;
  progress.report({ machine: '', message: `Adding ${box.name} for ${box.provider}` });
  await vagrant('box', 'add', box.catalogue, '--provider', box.provider, '--box-version', box.version);
}

/** Reads `vagrant box list`: lines of `TIME,TARGET,TYPE,DATA`, where name, provider and version follow each other. */
function knows(list: string, box: Pick<BuiltBox, 'name' | 'version' | 'provider'>): boolean {
  let name: string | undefined;
  let provider: string | undefined;
  for (const line of list.split('\n')) {
    const [, , type, data] = line.trim().split(',');
    if (type === 'box-name') name = data;
    else if (type === 'box-provider') provider = data;
    else if (type === 'box-version') {
      if (name === box.name && provider === box.provider && data === box.version) return true;
    }
  }
  return false;
}

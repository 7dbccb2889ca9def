import { workspace } from 'vscode';
import type { MachineSettings } from '../../cluster/machines/contract.ts';

/** What the settings `wheelhouse.vagrant.*` say; what they leave open is the provider's to choose. */
export interface VagrantDefaults {
  readonly settings: MachineSettings;
  readonly cpus: number;
  readonly memoryBytes: number;
}

export function vagrantDefaults(): VagrantDefaults {
  const settings = workspace.getConfiguration('wheelhouse.vagrant');
  const text = (key: string): string => settings.get<string>(key, '').trim();
  const [provider, box, network] = [text('provider'), text('box'), text('network')];
  return {
    settings: {
      ...(provider === '' ? {} : { provider }),
      ...(box === '' ? {} : { box }),
      ...(network === '' ? {} : { network }),
    },
    cpus: settings.get<number>('nodeCpus', 2),
    memoryBytes: settings.get<number>('nodeMemory', 2048) * 2 ** 20,
  };
}

import os from 'node:os';
import { readText } from '../../../host/files.ts';
import type { ProcessRunner } from '../../../host/processes.ts';
import type { IPRange } from '../../../api/ip/range.ts';
import { readElsewhere, type Elsewhere } from './elsewhere.ts';
import { parseSubnet } from './subnets.ts';

/** What this computer is: a parameter wherever it decides something. */
export interface HostFacts {
  readonly platform: NodeJS.Platform;
  /** As boxes name it. */
  readonly architecture: 'amd64' | 'arm64' | 'other';
  readonly cpus: number;
  readonly totalBytes: number;
  /** Memory that could be taken now. */
  availableBytes(): number;
  /** Ranges of the networks that it is on, with the name of the interface. */
  interfaces(): readonly { readonly name: string; readonly subnet: IPRange; readonly address: string }[];
  /** Where this runs, when that is not the desktop itself. */
  elsewhere(): Promise<Elsewhere | undefined>;
  /** Whether its processors can run machines; undefined where that cannot be told. */
  virtualization(): Promise<boolean | undefined>;
}

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, 'amd64' | 'arm64'>> = {
  x64: 'amd64',
  arm64: 'arm64',
};

export function systemFacts(processes: ProcessRunner): HostFacts {
  const windows = async (question: string): Promise<string> => {
    const args = ['-NoProfile', '-NonInteractive', '-Command', question];
    return processes.run('powershell', args).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    );
  };
  /** Windows' own hypervisor has the processors: VirtualBox then runs machines through it. */
  const hyperV = async (): Promise<boolean> =>
    (await windows('(Get-CimInstance Win32_ComputerSystem).HypervisorPresent')) === 'True';
  return {
    platform: process.platform,
    architecture: ARCHITECTURES[process.arch] ?? 'other',
    cpus: os.availableParallelism(),
    totalBytes: os.totalmem(),
    // macOS counts memory as used that it gives away at once.
    availableBytes: () => (process.platform === 'darwin' ? os.totalmem() * 0.6 : process.availableMemory()),
    interfaces: () =>
      Object.entries(os.networkInterfaces()).flatMap(([name, addresses = []]) =>
        addresses.flatMap(({ cidr, address, family }) => {
          const subnet = family === 'IPv4' && cidr !== null ? parseSubnet(cidr) : undefined;
          return subnet === undefined ? [] : [{ name, subnet, address }];
        }),
      ),
    elsewhere: () => readElsewhere(process.env),
    async virtualization(): Promise<boolean | undefined> {
      switch (process.platform) {
        case 'linux':
          if (process.arch !== 'x64') return undefined;
          return /^flags\s*:.*\b(vmx|svm)\b/m.test((await readText('/proc/cpuinfo')) ?? '');
        case 'darwin': {
          const said = await processes.run('sysctl', ['-n', 'kern.hv_support']).catch(() => undefined);
          return said === undefined ? undefined : said.stdout.trim() === '1';
        }
        case 'win32': {
          const said = await windows('(Get-CimInstance Win32_Processor).VirtualizationFirmwareEnabled');
          // Where Hyper-V runs, the processors no longer say that they could.
          return said === '' ? undefined : said.includes('True') || hyperV();
        }
        default:
          return undefined;
      }
    },
  };
}

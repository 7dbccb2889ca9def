import { freeBytes } from '../../../host/disk.ts';
import { readText } from '../../../host/files.ts';
import type { MachinePlan, PreflightProblem } from '../contract.ts';
import { findDeclared, type VagrantContext } from './context.ts';
import { listMachines } from './machineList.ts';
import path from 'node:path';
import { problemsOf } from './preflight.ts';
import { chosenProvider } from './prepare.ts';

/** Where libvirt keeps disks; the other hypervisors keep them in the user's home. */
const LIBVIRT_IMAGES = '/var/lib/libvirt/images';
/** Plugins that came with the system's Vagrant. */
const SYSTEM_PLUGINS = ['/usr/share/vagrant-plugins/plugins.d/vagrant-libvirt.json'];

/** Gathers what the checks before a creation look at, and tells what stands in the way. */
export async function checkHost(
  context: VagrantContext,
  signal: AbortSignal,
  plan?: MachinePlan,
): Promise<readonly PreflightProblem[]> {
  const { facts } = context;
  const found = plan === undefined ? undefined : await findDeclared(context, plan.cluster);
  const provider = found?.declared.provider ?? plan?.settings?.provider;
  const known = context.hypervisors.some((hypervisor) => hypervisor.provider === provider);
  const hypervisor =
    provider === undefined || known ? await chosenProvider(context, provider, signal) : undefined;
  const existing = plan === undefined ? [] : await listMachines(context, plan.cluster);
  const running = new Set(existing.filter(({ state }) => state === 'running').map(({ name }) => name));
  const machines = (plan?.machines ?? []).filter(({ name }) => !running.has(name));
  const allowed = await hypervisor?.allowedSubnets?.();
  const box = found?.declared.box ?? plan?.settings?.box;
  return problemsOf({
    host: facts,
    availableBytes: facts.availableBytes(),
    interfaces: facts.interfaces(),
    elsewhere: await facts.elsewhere(),
    virtualization: await facts.virtualization(),
    vagrant: await vagrantVersion(context, signal),
    provider: hypervisor?.provider ?? provider ?? '',
    hypervisor: await hypervisor?.version(signal),
    hypervisorProblems: (await hypervisor?.problems?.(signal)) ?? [],
    plugins: await plugins(context.vagrantHome),
    allowed,
    network: found?.declared.network ?? plan?.settings?.network,
    networkMade: found !== undefined,
    freeDisk: await freeBytes(
      hypervisor?.provider === 'libvirt' ? LIBVIRT_IMAGES : path.dirname(context.vagrantHome),
    ),
    boxArchitecture:
      hypervisor === undefined ? undefined : await context.boxes.architectureOf(hypervisor.provider, box),
    machines,
    newMachines: machines.filter(({ name }) => !existing.some((machine) => machine.name === name)).length,
  });
}

/** Undefined where there is no Vagrant. */
async function vagrantVersion(
  { processes }: VagrantContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  const env = { VAGRANT_CHECKPOINT_DISABLE: '1' };
  const said = await processes.run('vagrant', ['--version'], { env, signal }).catch(() => undefined);
  signal.throwIfAborted();
  return /Vagrant (\d[\w.]*)/.exec(said?.stdout ?? '')?.[1];
}

/** Names of the plugins, read where Vagrant keeps them: asking it takes seconds. */
async function plugins(vagrantHome: string): Promise<readonly string[]> {
  const files = await Promise.all([path.join(vagrantHome, 'plugins.json'), ...SYSTEM_PLUGINS].map(readText));
  return files.flatMap((text) => {
    try {
      const value = JSON.parse(text ?? '{}') as { installed?: object };
      return Object.keys(value.installed ?? value);
    } catch {
      return [];
    }
  });
}

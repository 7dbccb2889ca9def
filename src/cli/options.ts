import { Option } from 'commander';

/** Which kind of machines. */
export function machinesOption(): Option {
  return new Option(
    '--machines <kind>',
    'what nodes are: containers, virtual machines, or simulated ones that need neither',
  )
    .choices(['docker', 'vagrant', 'simulated'])
    .default('docker');
}

/** The providers of virtual machines. */
export function providerOption(): Option {
  return new Option('--provider <name>', 'with vagrant: who runs the virtual machines').choices([
    'virtualbox',
    'libvirt',
    'vmware_desktop',
    'parallels',
    'hyperv',
  ]);
}

import type { MachineProvider } from './contract.ts';

/**
 * A provider that is made when it is first asked for something: what it is built on is loaded then, and not with every
 * program that could use it.
 */
export function lazyMachines(
  { name, capabilities }: Pick<MachineProvider, 'name' | 'capabilities'>,
  make: () => Promise<MachineProvider>,
): MachineProvider {
  let made: Promise<MachineProvider> | undefined;
  const provider = (): Promise<MachineProvider> => (made ??= make());
  return {
    name,
    capabilities,
    preflight: async (...args) => (await provider()).preflight(...args),
    prepare: async (...args) => (await provider()).prepare(...args),
    hostAddress: async (...args) => (await provider()).hostAddress(...args),
    create: async (...args) => (await provider()).create(...args),
    start: async (...args) => (await provider()).start(...args),
    stop: async (...args) => (await provider()).stop(...args),
    pause: async (...args) => (await provider()).pause(...args),
    delete: async (...args) => (await provider()).delete(...args),
    list: async (...args) => (await provider()).list(...args),
    cleanUp: async (...args) => (await provider()).cleanUp(...args),
    shell: async (...args) => (await provider()).shell(...args),
    loadImage: async (...args) => (await provider()).loadImage(...args),
  };
}

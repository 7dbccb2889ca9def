import { MachineError, type MachineProvider, type MachineSnapshots } from './contract.ts';

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
    podNetwork: async (...args) => (await (await provider()).podNetwork?.(...args)) ?? 'routes',
    hostAddress: async (...args) => (await provider()).hostAddress(...args),
    create: async (...args) => (await provider()).create(...args),
    start: async (...args) => (await provider()).start(...args),
    stop: async (...args) => (await provider()).stop(...args),
    pause: async (...args) => (await provider()).pause(...args),
    delete: async (...args) => (await provider()).delete(...args),
    list: async (...args) => (await provider()).list(...args),
    cleanUp: async (...args) => (await provider()).cleanUp(...args),
    shell: async (...args) => (await provider()).shell(...args),
    run: async (...args) => (await provider()).run(...args),
    loadImage: async (...args) => (await provider()).loadImage(...args),
    ...(capabilities.resize
      ? { resize: async (...args) => required((await provider()).resize?.(...args)) }
      : {}),
    ...(capabilities.snapshots ? { snapshots: lazySnapshots(provider) } : {}),
    ...(capabilities.console
      ? {
          async *console(...args) {
            yield* required((await provider()).console?.(...args));
          },
        }
      : {}),
  } satisfies MachineProvider;
}

function lazySnapshots(provider: () => Promise<MachineProvider>): MachineSnapshots {
  const snapshots = async (): Promise<MachineSnapshots> => required((await provider()).snapshots);
  return {
    save: async (...args) => (await snapshots()).save(...args),
    restore: async (...args) => (await snapshots()).restore(...args),
    list: async (...args) => (await snapshots()).list(...args),
    delete: async (...args) => (await snapshots()).delete(...args),
  };
}

/** What the capabilities promise, the provider has. */
function required<T>(verb: T | undefined): T {
  if (verb !== undefined) return verb;
  throw new MachineError('these machines cannot do that', '');
}

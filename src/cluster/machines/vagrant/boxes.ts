import path from 'node:path';
import { listNames, readText, removeAll, writeWhole } from '../../../host/files.ts';
import { MachineError, type Progress } from '../contract.ts';
import type { Hypervisor } from './hypervisors/contract.ts';
import type { VagrantCommand } from './vagrantCommand.ts';
import { compareVersions } from './versions.ts';

/** The box that nodes are made of, prepared. */
export const NODE_BOX = 'wheelhouse/node';
/** What `wheelhouse box build --stock` makes: a Debian that is no node yet. */
const PLAIN_BOX = 'wheelhouse/debian';
/** Where none is prepared yet, one is made of this: Debian 13 for VirtualBox, VMware and Parallels, both architectures. */
export const STOCK_BOX = 'bento/debian-13';

export interface Box {
  readonly name: string;
  /** Undefined where it has none. */
  readonly version?: string;
}

export interface BoxesOptions {
  readonly vagrant: VagrantCommand;
  /** Vagrant's own folder. */
  readonly vagrantHome: string;
  /** Where `wheelhouse box build` puts boxes, with a catalogue (JSON) for each. */
  readonly folder: string;
  /** This computer's, as boxes name it. */
  readonly architecture: string;
  /** What makes a stock Debian a node: `Vagrantfile`, `provision/provision.sh`, `provision/node/…`. */
  readonly provisioning: () => Promise<readonly { readonly path: string; readonly content: string }[]>;
  /** Where machines can be packed otherwise than by Vagrant. */
  readonly hypervisors?: readonly Pick<Hypervisor, 'provider' | 'pack'>[];
}

/** The boxes on this computer. What there is, is read where Vagrant keeps it: asking it takes seconds. */
export class Boxes {
  readonly #options: BoxesOptions;
  /** Two clusters at a time must not make the same box twice. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: BoxesOptions) {
    this.#options = options;
  }

  /**
   * Makes sure of a prepared box: `wanted` (a box's name, or a file), else our own: the one that was built here or
   * packaged before, else a stock Debian that is prepared now, once, and packaged.
   */
  async ensure(
    provider: string,
    wanted: string | undefined,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<Box> {
    const mine = this.#last.then(
      () => this.#ensure(provider, wanted, progress, signal),
      () => this.#ensure(provider, wanted, progress, signal),
    );
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** The architecture of an installed box; undefined where it does not tell. */
  async architectureOf(provider: string, name: string = NODE_BOX): Promise<string | undefined> {
    const installed = await this.#installed(name, provider);
    return installed.at(-1)?.architecture;
  }

  async #ensure(
    provider: string,
    wanted: string | undefined,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<Box> {
    signal.throwIfAborted();
    if (wanted !== undefined && /\.(box|json)$/.test(wanted))
      return this.#addFile(provider, wanted, progress, signal);
    const name = wanted === undefined || wanted === '' ? NODE_BOX : wanted;
    if (!name.startsWith('wheelhouse/') || name === PLAIN_BOX)
      return this.#prepared(provider, name, progress, signal);
    const built = name === NODE_BOX ? await this.#built(provider) : undefined;
    const installed = await this.#installed(name, provider);
    const there =
      built === undefined ? installed.at(-1) : installed.find(({ version }) => version === built.version);
    if (there !== undefined) return boxOf(name, there.version);
    if (built !== undefined) {
      const args = ['--provider', provider, '--box-version', built.version];
      await this.#vagrant(['box', 'add', built.catalogue, ...args], 'Adding the box', progress, signal);
      return boxOf(name, built.version);
    }
    if (name !== NODE_BOX) {
      throw new MachineError(
        `there is no box ${name} for ${provider}`,
        'Build one with “wheelhouse box build”.',
      );
    }
    return this.#prepared(provider, STOCK_BOX, progress, signal);
  }

  async #addFile(provider: string, file: string, progress: Progress, signal: AbortSignal): Promise<Box> {
    if (file.endsWith('.json')) {
      await this.#vagrant(
        ['box', 'add', file, '--provider', provider, '--force'],
        'Adding the box',
        progress,
        signal,
      );
      const { name = NODE_BOX } = JSON.parse((await readText(file)) ?? '{}') as { name?: string };
      return boxOf(name, (await this.#installed(name, provider)).at(-1)?.version);
    }
    const name = `wheelhouse/${path.basename(file, '.box').replace(/[^\w.-]/g, '-')}`;
    if ((await this.#installed(name, provider)).length === 0) {
      const args = ['box', 'add', file, '--name', name, '--provider', provider];
      await this.#vagrant(args, 'Adding the box', progress, signal);
    }
    return { name };
  }

  /** A stock Debian, made a node in a machine of its own, packaged and added under our name. */
  async #prepared(provider: string, stock: string, progress: Progress, signal: AbortSignal): Promise<Box> {
    const name = stock === STOCK_BOX ? NODE_BOX : `wheelhouse/node-of-${stock.replaceAll('/', '-')}`;
    const [there] = await this.#installed(name, provider);
    if (there !== undefined) return boxOf(name, there.version);
    const folder = path.join(this.#options.folder, `preparing-${process.pid}`);
    const file = path.join(folder, 'package.box');
    const env = { WHEELHOUSE_STOCK_BOX: stock };
    const run = (args: readonly string[], message: string, stopper: AbortSignal): Promise<void> =>
      this.#vagrant(args, message, progress, stopper, { folder, env });
    try {
      for (const { path: name, content } of await this.#options.provisioning()) {
        await writeWhole(path.join(folder, name), content);
      }
      await run(['up', 'prepare', '--provider', provider], `Preparing ${stock} for nodes, once`, signal);
      const pack = this.#options.hypervisors?.find((entry) => entry.provider === provider)?.pack;
      const packaging = 'Packaging the prepared box';
      if (pack === undefined) {
        await run(['package', 'prepare', '--output', file], packaging, signal);
      } else {
        await run(['halt', 'prepare'], 'Stopping the machine that prepared it', signal);
        progress.report({ machine: '', message: packaging });
        const id = await readText(path.join(folder, `.vagrant/machines/prepare/${provider}/id`));
        await pack(id?.trim() ?? '', { folder, target: file }, signal);
      }
      await this.#vagrant(
        ['box', 'add', file, '--name', name, '--provider', provider],
        'Adding the box',
        progress,
        signal,
      );
      return boxOf(name, (await this.#installed(name, provider)).at(-1)?.version);
    } finally {
      const never = new AbortController().signal;
      await run(['destroy', '--force', 'prepare'], 'Removing the machine that prepared it', never).catch(
        () => undefined,
      );
      await removeAll(folder);
    }
  }

  async #vagrant(
    args: readonly string[],
    message: string,
    progress: Progress,
    signal: AbortSignal,
    {
      folder = this.#options.vagrantHome,
      env = {},
    }: { folder?: string; env?: Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    progress.report({ machine: '', message });
    await this.#options.vagrant.run({
      args,
      folder,
      env,
      signal,
      machine: args[0] === 'box' ? 'box' : 'prepare',
      progress: {
        ...progress,
        report: (step) => progress.report({ ...step, machine: '' }),
      },
      failure: `${message.charAt(0).toLowerCase()}${message.slice(1)} failed`,
    });
  }

  /** Versions on this computer, the oldest first. */
  async #installed(
    name: string,
    provider: string,
  ): Promise<readonly { readonly version: string; readonly architecture: string | undefined }[]> {
    const folder = path.join(this.#options.vagrantHome, 'boxes', name.replaceAll('/', '-VAGRANTSLASH-'));
    const found = [];
    for (const version of await listNames(folder)) {
      // Vagrant 2.4 may have a folder for the architecture between.
      for (const entry of await foldersIn(path.join(folder, version))) {
        const architecture = entry === provider ? undefined : entry;
        const metadata = path.join(
          folder,
          version,
          ...(architecture === undefined ? [] : [architecture]),
          provider,
          'metadata.json',
        );
        const text = await readText(metadata);
        if (text === undefined) continue;
        const told = (JSON.parse(text) as { architecture?: string }).architecture;
        found.push({ version, architecture: architecture ?? told });
      }
    }
    return found.sort((a, b) => compareVersions(a.version, b.version));
  }

  /** The newest box that was built here for this provider. */
  async #built(
    provider: string,
  ): Promise<{ readonly version: string; readonly catalogue: string } | undefined> {
    const found: { version: string; catalogue: string }[] = [];
    for (const file of await listNames(this.#options.folder)) {
      if (!file.endsWith('.json')) continue;
      const catalogue = path.join(this.#options.folder, file);
      const { name, versions = [] } = JSON.parse((await readText(catalogue)) ?? '{}') as Catalogue;
      if (name !== NODE_BOX) continue;
      for (const { version, providers = [] } of versions) {
        const fits = providers.some(
          ({ name: made, architecture = this.#options.architecture }) =>
            made === provider && architecture === this.#options.architecture,
        );
        if (fits) found.push({ version, catalogue });
      }
    }
    return found.sort((a, b) => compareVersions(a.version, b.version)).at(-1);
  }
}

/** Vagrant's own format of a box's catalogue. */
interface Catalogue {
  readonly name?: string;
  readonly versions?: readonly {
    readonly version: string;
    readonly providers?: readonly { readonly name: string; readonly architecture?: string }[];
  }[];
}

/** Boxes that were added without a version have 0, which must not be asked for. */
function boxOf(name: string, version: string | undefined): Box {
  return { name, ...(version === undefined || version === '0' ? {} : { version }) };
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  // A file has no names in it.
  return listNames(folder).catch(() => []);
}

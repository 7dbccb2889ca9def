import path from 'node:path';
import { listNames, makeFolder, readText, removeAll, writeWhole } from '../../../host/files.ts';
import type { CloudImageBox } from '../../box/cloudImage/cloudImageBox.ts';
import { MachineError, type Progress } from '../contract.ts';
import type { Hypervisor } from './hypervisors/contract.ts';
import { installedBoxes, type InstalledBox } from './installedBoxes.ts';
import { removeOldBoxes } from './oldBoxes.ts';
import type { VagrantCommand } from './vagrantCommand.ts';
import { compareVersions } from './versions.ts';

/** The box that nodes are made of, prepared. */
export const NODE_BOX = 'wheelhouse/node';
/** What `wheelhouse box build --stock` makes: a Debian that is no node yet. */
const PLAIN_BOX = 'wheelhouse/debian';
/** What is made of Debian's image for clouds: bare, and known to Vagrant until it is prepared. */
const CLOUD_BOX = 'wheelhouse/debian-cloud';
/** Where none is prepared yet and none can be built, one is made of this: Debian 13 for VirtualBox, VMware and Parallels, both architectures. */
export const STOCK_BOX = 'bento/debian-13';

export interface Box {
  readonly name: string;
  /** Undefined where it has none. */
  readonly version?: string;
}

/** A box as a catalogue (a JSON file) names it. */
export interface CataloguedBox {
  readonly name: string;
  readonly version: string;
  readonly provider: string;
  readonly catalogue: string;
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
  /** Puts a box for a provider into `folder`, of Debian's packages alone; rejects where this computer cannot. */
  readonly build?: (provider: string, progress: Progress, signal: AbortSignal) => Promise<void>;
  /** Makes a box of a bare Debian for VirtualBox, of Debian's image for clouds; rejects where it cannot be had. */
  readonly cloudImage?: (progress: Progress, signal: AbortSignal) => Promise<CloudImageBox>;
  /** Where machines can be packed otherwise than by Vagrant, and what they keep of boxes. */
  readonly hypervisors?: readonly Pick<Hypervisor, 'provider' | 'pack' | 'removeShared'>[];
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
   * packaged before, else one that is built now; where that cannot be done, a bare Debian that is downloaded (for
   * VirtualBox its image for clouds), prepared once, and packaged.
   */
  async ensure(
    provider: string,
    wanted: string | undefined,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<Box> {
    return this.#inTurn(() => this.#ensure(provider, wanted, progress, signal));
  }

  /** Makes a box known to Vagrant, unless it is, in the place of older ones that no machine needs. */
  async add(box: CataloguedBox, progress: Progress, signal: AbortSignal): Promise<void> {
    await this.#inTurn(() => this.#add(box, progress, signal));
  }

  /** The architecture of an installed box; undefined where it does not tell. */
  async architectureOf(provider: string, name: string = NODE_BOX): Promise<string | undefined> {
    const installed = await this.#installed(name, provider);
    return installed.at(-1)?.architecture;
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(run, run);
    this.#last = mine.catch(() => undefined);
    return mine;
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
    if (built !== undefined) return this.#add(built, progress, signal);
    const there = (await this.#installed(name, provider)).at(-1);
    if (there !== undefined) return boxOf(name, there.version);
    if (name !== NODE_BOX) {
      throw new MachineError(
        `there is no box ${name} for ${provider}`,
        'Build one with “wheelhouse box build”.',
      );
    }
    return this.#made(provider, progress, signal);
  }

  async #add(box: CataloguedBox, progress: Progress, signal: AbortSignal): Promise<Box> {
    const { name, version, provider, catalogue } = box;
    const installed = await this.#installed(name, provider);
    if (!installed.some((each) => each.version === version)) {
      const args = ['box', 'add', catalogue, '--provider', provider, '--box-version', version];
      await this.#vagrant(args, 'Adding the box', progress, signal);
      const { vagrantHome, hypervisors = [] } = this.#options;
      const options = {
        vagrantHome,
        hypervisor: hypervisors.find((hypervisor) => hypervisor.provider === provider),
        vagrant: (args: readonly string[]) => this.#vagrant(args, 'Removing an old box', progress, signal),
      };
      await removeOldBoxes(options, box, progress, signal);
    }
    return boxOf(name, version);
  }

  /** Built here, else of a stock Debian. */
  async #made(provider: string, progress: Progress, signal: AbortSignal): Promise<Box> {
    let why = `there is no way to build one for ${provider}`;
    try {
      await this.#options.build?.(provider, progress, signal);
    } catch (error) {
      signal.throwIfAborted();
      why = error instanceof Error ? error.message : String(error);
    }
    const built = await this.#built(provider);
    if (built !== undefined) return this.#add(built, progress, signal);
    progress.report({ machine: '', message: `No box is built here: ${why}` });
    const { cloudImage } = this.#options;
    if (provider === 'virtualbox' && cloudImage !== undefined) {
      const { box, seed } = await cloudImage(progress, signal);
      const args = ['box', 'add', box, '--name', CLOUD_BOX, '--provider', provider, '--force'];
      await this.#vagrant(args, 'Adding Debian’s image', progress, signal);
      const prepared = await this.#prepared(provider, CLOUD_BOX, progress, signal, { WHEELHOUSE_SEED: seed });
      // It has served.
      await this.#vagrant(
        ['box', 'remove', CLOUD_BOX, '--force'],
        'Removing Debian’s image',
        progress,
        signal,
      ).catch(() => undefined);
      return prepared;
    }
    try {
      return await this.#prepared(provider, STOCK_BOX, progress, signal);
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      throw new MachineError(error.message, `Here none can be built: ${why}`, error);
    }
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
  async #prepared(
    provider: string,
    stock: string,
    progress: Progress,
    signal: AbortSignal,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Box> {
    const name = [STOCK_BOX, CLOUD_BOX].includes(stock)
      ? NODE_BOX
      : `wheelhouse/node-of-${stock.replaceAll('/', '-')}`;
    const [there] = await this.#installed(name, provider);
    if (there !== undefined) return boxOf(name, there.version);
    const folder = path.join(this.#options.folder, `preparing-${process.pid}`);
    const file = path.join(folder, 'package.box');
    const env = { WHEELHOUSE_STOCK_BOX: stock, ...more };
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
        // Not beside the Vagrantfile: a box has one of its own.
        const work = path.join(folder, 'box');
        await makeFolder(work);
        await pack(id?.trim() ?? '', { folder: work, target: file }, signal);
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
    // Where Vagrant has never run, its own is not there yet.
    await makeFolder(folder);
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

  #installed(name: string, provider: string): Promise<readonly InstalledBox[]> {
    return installedBoxes(this.#options.vagrantHome, name, provider);
  }

  /** The newest box that was built here for this provider. */
  async #built(provider: string): Promise<CataloguedBox | undefined> {
    const found: CataloguedBox[] = [];
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
        if (fits) found.push({ name, version, provider, catalogue });
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

import path from 'node:path';
import { ProcessError, type ProcessRunner, type RunResult } from '../../../src/host/processes.ts';
import { list, showMachine } from './info.ts';
import {
  cloneMachine,
  controlMachine,
  findMachine,
  importAppliance,
  modifyMachine,
  option,
  snapshotMachine,
  startMachine,
  unregisterMachine,
} from './machines.ts';
import { convertMedium, resizeMedium, showMedium, exportMachine } from './media.ts';
import { hostOnlyInterface, hostOnlyNet } from './networks.ts';
import { Refusal, type PlayedHost, type PlayedMachine, type PlayedState } from './state.ts';

/** What runs machines and holds their files: nothing at all, or QEMU. */
export interface PlayedEngine {
  readText(file: string): Promise<string | undefined>;
  importDisk(from: string, to: string): Promise<void>;
  convert(from: string, to: string, format: string): Promise<number>;
  resize(file: string, bytes: number): Promise<void>;
  overlay(parent: string, file: string): Promise<void>;
  remove(fileOrFolder: string): Promise<void>;
  start(machine: PlayedMachine, state: PlayedState): Promise<void>;
  isRunning(machine: PlayedMachine): Promise<boolean>;
  powerOff(machine: PlayedMachine): Promise<void>;
  pressPowerButton(machine: PlayedMachine): Promise<void>;
  saveState(machine: PlayedMachine): Promise<void>;
  discardState(machine: PlayedMachine): Promise<void>;
  snapshot(machine: PlayedMachine, name: string, online: boolean): Promise<void>;
  restore(machine: PlayedMachine, name: string, online: boolean): Promise<void>;
  deleteSnapshot(machine: PlayedMachine, name: string): Promise<void>;
  exportMachine(machine: PlayedMachine, disk: string, target: string): Promise<void>;
  addInterface(name: string): Promise<void>;
  configureInterface(name: string, address: string, mask: string): Promise<void>;
  removeInterface(name: string): Promise<void>;
}

/**
 * VBoxManage as it is on one of three systems in one of three versions: it knows the commands that Vagrant and we use,
 * answers in its words, and refuses what the real one refuses. What it says of a machine, a disk and a network was taken
 * from the real 7.2 on Linux, and for other systems and versions from its sources.
 */
export class Played {
  readonly host: PlayedHost;
  readonly state: PlayedState;
  readonly engine: PlayedEngine;

  constructor(host: PlayedHost, state: PlayedState, engine: PlayedEngine) {
    this.host = host;
    this.state = state;
    this.engine = engine;
  }

  join(...parts: readonly string[]): string {
    return this.#paths.join(...parts);
  }

  dirname(file: string): string {
    return this.#paths.dirname(file);
  }

  get #paths(): Pick<typeof path.posix, 'join' | 'dirname'> {
    return this.host.platform === 'win32' ? path.win32 : path.posix;
  }

  async run(
    args: readonly string[],
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    const warning = this.host.driver || this.host.platform !== 'linux' ? '' : NO_DRIVER;
    try {
      return { code: 0, stdout: warning + (await this.#answer(args)), stderr: '' };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const said = error.lines.map((line) => `VBoxManage: error: ${line}\n`).join('');
      // A machine without snapshots is told of on standard output, with a failure.
      if (error.message === '')
        return { code: 1, stdout: 'This machine does not have any snapshots\n', stderr: '' };
      return { code: 1, stdout: warning, stderr: said };
    }
  }

  async #answer([command = '', ...args]: readonly string[]): Promise<string> {
    switch (command) {
      case '--version':
      case '-v':
        return `${this.host.version}r170000\n`;
      case 'list':
        return list(this, args);
      case 'showvminfo':
        return showMachine(this, args);
      case 'import':
        return importAppliance(this, args);
      case 'export':
        return exportMachine(this, args);
      case 'clonevm':
        return cloneMachine(this, args);
      case 'modifyvm':
        return modifyMachine(this, args);
      case 'snapshot':
        return snapshotMachine(this, args);
      case 'startvm':
        return startMachine(this, args);
      case 'controlvm':
        return controlMachine(this, args);
      case 'unregistervm':
        return unregisterMachine(this, args);
      case 'discardstate': {
        const machine = findMachine(this.state, args[0] ?? '');
        if (machine.state === 'saved') machine.state = 'poweroff';
        delete machine.savedFrom;
        await this.engine.discardState(machine);
        return '';
      }
      case 'hostonlyif':
        return hostOnlyInterface(this, args);
      case 'hostonlynet':
        return hostOnlyNet(this, args);
      case 'clonemedium':
        return convertMedium(this, args);
      case 'modifymedium':
        return resizeMedium(this, args);
      case 'showmediuminfo':
        return showMedium(this, args);
      case 'closemedium':
        return '';
      case 'storageattach': {
        const machine = findMachine(this.state, args[0] ?? '');
        if (option(args, '--type') === 'dvddrive') {
          const medium = option(args, '--medium') ?? 'none';
          if (medium === 'none' || medium === 'emptydrive') delete machine.dvd;
          else machine.dvd = medium;
        }
        return '';
      }
      case 'setextradata':
        findMachine(this.state, args[0] ?? '').extraData[args[1] ?? ''] = args[2] ?? '';
        return '';
      case 'guestproperty':
        findMachine(this.state, args[1] ?? '');
        return 'No value set!\n';
      case 'sharedfolder':
        return '';
      default:
        throw new Refusal(`Invalid command '${command}'`);
    }
  }
}

const NO_DRIVER = `WARNING: The vboxdrv kernel module is not loaded. Either there is no module
         available for the current kernel (6.8.0-45-generic) or it failed to
         load. Please recompile the kernel module and install it by

           sudo /sbin/vboxconfig

         You will not be able to start VMs until this problem is fixed.
`;

/** Runs it in the place of VBoxManage, whatever its path; other commands are not there. Each line is noted. */
export function playedProcesses(played: Played): ProcessRunner & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    lines,
    async run(command, args): Promise<RunResult> {
      if (!/VBoxManage(\.exe)?$/.test(command))
        throw new ProcessError(command, args, undefined, `spawn ${command} ENOENT`);
      lines.push(args.join(' '));
      const { code, stdout, stderr } = await played.run(args);
      // Windows' line ends.
      const text = played.host.platform === 'win32' ? stdout.replaceAll('\n', '\r\n') : stdout;
      if (code !== 0) throw new ProcessError(command, args, code, stderr === '' ? stdout : stderr);
      return { stdout: text, stderr };
    },
    spawn: () => {
      throw new Error('nothing is spawned here');
    },
  };
}

/** An engine without machines or files: for what is decided by words alone. */
export function wordsAlone(files: Readonly<Record<string, string>> = {}): PlayedEngine {
  const nothing = (): Promise<void> => Promise.resolve();
  const running = new Set<string>();
  const off = (machine: PlayedMachine): Promise<void> => {
    running.delete(machine.id);
    return Promise.resolve();
  };
  return {
    readText: (file) => Promise.resolve(files[file]),
    importDisk: nothing,
    convert: () => Promise.resolve(3 * 2 ** 30),
    resize: nothing,
    overlay: nothing,
    remove: nothing,
    start: (machine) => {
      running.add(machine.id);
      return Promise.resolve();
    },
    isRunning: ({ id }) => Promise.resolve(running.has(id)),
    powerOff: off,
    pressPowerButton: off,
    saveState: off,
    discardState: nothing,
    snapshot: nothing,
    restore: nothing,
    deleteSnapshot: nothing,
    exportMachine: nothing,
    addInterface: nothing,
    configureInterface: nothing,
    removeInterface: nothing,
  };
}

import { randomUUID } from 'node:crypto';

/** Which VirtualBox on which computer is played. */
export interface PlayedHost {
  readonly version: '7.0.26' | '7.1.18' | '7.2.22';
  readonly platform: 'linux' | 'darwin' | 'win32';
  readonly architecture: 'x64' | 'arm64';
  /** Without its kernel driver (Linux, Windows) it does all but start machines. */
  readonly driver: boolean;
  /** Linux' KVM holds the processors. */
  readonly kvm: boolean;
  /** Default machine folder. */
  readonly folder: string;
  /** Text of /etc/vbox/networks.conf, which macOS and Linux read. */
  readonly networksConf?: string;
}

export interface PlayedDisk {
  readonly id: string;
  readonly parent: string;
  readonly file: string;
  readonly bytes: number;
}

export interface PlayedSnapshot {
  readonly name: string;
  readonly id: string;
  /** Taken while it ran: with its memory. */
  readonly online: boolean;
  /** The disk that it keeps. */
  readonly disk: string;
}

export interface PlayedCard {
  kind: 'none' | 'nat' | 'hostonly' | 'hostonlynetwork' | 'intnet' | 'bridged';
  type: string;
  mac: string;
  cable: boolean;
  /** The interface or network that it is on. */
  on?: string;
  localhostReachable: boolean;
  /** Vagrant's and ours: `NAME,tcp,HOSTIP,PORT,GUESTIP,PORT`. */
  forwards: string[];
}

export interface PlayedMachine {
  readonly id: string;
  name: string;
  readonly architecture: 'x86' | 'ARM';
  state: 'poweroff' | 'running' | 'saved' | 'aborted' | 'paused';
  cpus: number;
  memory: number;
  controller: { readonly name: string; readonly type: string };
  /** Id of its disk. */
  disk: string;
  dvd?: string;
  readonly cards: Record<number, PlayedCard>;
  /** Other settings of modifyvm, without their dashes. */
  readonly settings: Record<string, string>;
  readonly extraData: Record<string, string>;
  readonly snapshots: PlayedSnapshot[];
  /** Where a restored snapshot's memory is to be had. */
  savedFrom?: string;
}

export interface PlayedState {
  readonly machines: PlayedMachine[];
  readonly disks: PlayedDisk[];
  readonly interfaces: { readonly name: string; address: string; mask: string; up: boolean }[];
  readonly nets: {
    readonly name: string;
    readonly id: string;
    lower: string;
    upper: string;
    mask: string;
    enabled: boolean;
  }[];
}

export const EMPTY: PlayedState = { machines: [], disks: [], interfaces: [], nets: [] };

export function newCard(kind: PlayedCard['kind']): PlayedCard {
  return {
    kind,
    type: '82540EM',
    mac: `080027${randomUUID().slice(0, 6).toUpperCase()}`,
    cable: true,
    localhostReachable: false,
    forwards: [],
  };
}

/** A refusal in VBoxManage's own words. */
export class Refusal extends Error {
  readonly lines: readonly string[];
  constructor(...lines: string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

export function notFound(name: string): Refusal {
  return new Refusal(
    `Could not find a registered machine named '${name}'`,
    'Details: code VBOX_E_OBJECT_NOT_FOUND (0x80bb0001), component VirtualBoxWrap, interface IVirtualBox, callee nsISupports',
    'Context: "FindMachine(Bstr(a->argv[0]).raw(), machine.asOutParam())" at line 893 of file VBoxManageModifyVM.cpp',
  );
}

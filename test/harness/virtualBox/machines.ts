// Machines: imported, cloned, set up, kept as snapshots, run and removed.
import { randomUUID } from 'node:crypto';
import { newCard, notFound, Refusal, type PlayedMachine, type PlayedState } from './state.ts';
import type { Played } from './played.ts';

export function findMachine(state: PlayedState, name: string): PlayedMachine {
  const found = state.machines.find((machine) => machine.name === name || machine.id === name);
  if (found === undefined) throw notFound(name);
  return found;
}

/** One that no machine has yet: `box`, `box 1`, … */
function freeName({ machines }: PlayedState, name: string): string {
  const taken = new Set(machines.map((machine) => machine.name));
  const names = [name, ...Array.from({ length: taken.size }, (_, index) => `${name} ${index + 1}`)];
  return names.find((each) => !taken.has(each)) ?? name;
}

/** The value behind an option. */
export function option(args: readonly string[], name: string): string | undefined {
  const index = args.indexOf(name);
  return index < 0 ? undefined : args[index + 1];
}

export async function importAppliance(played: Played, args: readonly string[]): Promise<string> {
  const dry = args.includes('-n') || args.includes('--dry-run');
  const file = args.find((arg) => arg.endsWith('.ovf'));
  const text = file === undefined ? undefined : await played.engine.readText(file);
  if (file === undefined || text === undefined) {
    throw new Refusal(
      `Appliance read failed`,
      `Error opening '${file ?? ''}' for reading (VERR_FILE_NOT_FOUND)`,
    );
  }
  const find = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
  const suggested = freeName(played.state, find(/<VirtualSystem ovf:id="([^"]+)"/));
  const image = find(/ovf:href="([^"]+)"/);
  const bytes = Number(find(/ovf:capacity="(\d+)"/));
  const osType = find(/<vbox:OSType[^>]*>([^<]+)</);
  const architecture = /<Platform architecture="ARM">/.test(text) ? 'ARM' : 'x86';
  const name = option(args, '--vmname');
  const base = played.join(played.host.folder, suggested);
  const says = [
    'Disks:',
    `  disk1\t${bytes}\t-1\thttp://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized\t${image}\t-1\t-1\t`,
    '',
    'Virtual system 0:',
    ` 0: Suggested OS type: "${osType}"`,
    '    (change with "--vsys 0 --ostype <type>"; use "list ostypes" to list all possible values)',
    name === undefined
      ? ` 1: Suggested VM name "${suggested}"\n    (change with "--vsys 0 --vmname <name>")`
      : ` 1: VM name specified with --vmname: "${name}"`,
    ` 3: Suggested VM settings file name "${played.join(base, `${suggested}.vbox`)}"`,
    '    (change with "--vsys 0 --settingsfile <filename>")',
    ` 9: Hard disk image: source image=${image}, target path=${image}, controller=8;port=0`,
    '    (change target path with "--vsys 0 --unit 9 --disk path";',
  ];
  if (dry) return `${says.join('\n')}\n`;
  if (architecture === 'ARM' && played.host.version.startsWith('7.0')) {
    throw new Refusal('Appliance import failed', "Unsupported OS type 'Debian_arm64'");
  }
  if (
    architecture === 'x86' &&
    played.host.architecture === 'arm64' &&
    played.host.version.startsWith('7.2')
  ) {
    // It is made, and never starts: 7.2 runs machines of its own processor alone.
  }
  const machineName = name ?? suggested;
  const target = option(args, '--disk') ?? played.join(played.host.folder, machineName, image);
  const disk = { id: randomUUID(), parent: 'base', file: target, bytes };
  await played.engine.importDisk(played.join(played.dirname(file), image), target);
  played.state.disks.push(disk);
  const controller = find(/<rasd:ElementName>(SATA|VirtioSCSI)</);
  played.state.machines.push({
    id: randomUUID(),
    name: machineName,
    architecture,
    state: 'poweroff',
    cpus: 1,
    memory: Number(find(/<rasd:ResourceType>4<\/rasd:ResourceType>\s*<rasd:VirtualQuantity>(\d+)/)),
    controller: { name: controller, type: controller === 'SATA' ? 'IntelAhci' : 'VirtioSCSI' },
    disk: disk.id,
    cards: { 1: { ...newCard('nat'), type: /virtio-net|type="virtio"/.test(text) ? 'virtio' : '82540EM' } },
    settings: {},
    extraData: {},
    snapshots: [],
  });
  return `${says.join('\n')}\nSuccessfully imported the appliance.\n`;
}

export async function cloneMachine(played: Played, args: readonly string[]): Promise<string> {
  const origin = findMachine(played.state, args[0] ?? '');
  const name = option(args, '--name') ?? `${origin.name} Clone`;
  if (played.state.machines.some((machine) => machine.name === name)) {
    throw new Refusal(
      `Machine settings file '${played.join(played.host.folder, name, `${name}.vbox`)}' already exists`,
    );
  }
  const snapshot = origin.snapshots.find((each) => each.name === option(args, '--snapshot'));
  if (option(args, '--options') === 'link' && snapshot === undefined) {
    throw new Refusal('Linked clone can only be created from a snapshot');
  }
  const parent = played.state.disks.find(({ id }) => id === (snapshot?.disk ?? origin.disk));
  if (parent === undefined) throw new Refusal('no such disk');
  const id = randomUUID();
  const file = played.join(played.host.folder, name, 'Snapshots', `{${id}}.vmdk`);
  await played.engine.overlay(parent.file, file);
  played.state.disks.push({ id, parent: parent.id, file, bytes: parent.bytes });
  const { savedFrom: _none, ...rest } = structuredClone(origin);
  const cards = Object.fromEntries(
    Object.entries(rest.cards).map(([slot, card]) => [slot, { ...card, mac: newCard('none').mac }]),
  );
  played.state.machines.push({
    ...rest,
    id: randomUUID(),
    name,
    disk: id,
    cards,
    snapshots: [],
    state: 'poweroff',
  });
  return `Machine has been successfully cloned as "${name}"\n`;
}

/** Settings that a version does not know: VBoxManage stops at the first. */
const SINCE: Readonly<Record<string, string>> = { 'nat-localhostreachable': '6.1.28' };
const KNOWN =
  /^(name|cpus|memory|vram|ostype|rtcuseutc|ioapic|acpi|firmware|paravirtprovider|graphicscontroller|audio(-enabled|-driver)?|usb(xhci|ehci|ohci)?|mouse|keyboard|groups|(nic|nictype|cableconnected|macaddress|hostonlyadapter|host-only-net|bridgeadapter|intnet|natpf|natdnshostresolver|natdnsproxy|nat-localhostreachable|uart|uartmode|boot)\d+|clipboard-mode|draganddrop|defaultfrontend)$/;

export function modifyMachine(played: Played, args: readonly string[]): string {
  const [name = '', ...rest] = args;
  const machine = findMachine(played.state, name);
  if (machine.state !== 'poweroff' && machine.state !== 'aborted') {
    throw new Refusal(
      `The machine '${machine.name}' is already locked for a session (or being unlocked)`,
      'Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007), component MachineWrap, interface IMachine, callee nsISupports',
      'Context: "LockMachine(a->session, LockType_Write)" at line 640 of file VBoxManageModifyVM.cpp',
    );
  }
  for (let i = 0; i < rest.length;) {
    const key = (rest[i] ?? '').replace(/^--/, '');
    if (!(rest[i] ?? '').startsWith('--') || !KNOWN.test(key) || SINCE[key] === 'never') {
      throw new Refusal(`Unknown option: ${rest[i] ?? ''}`);
    }
    let end = i + 1;
    while (end < rest.length && !(rest[end] ?? '').startsWith('--')) end += 1;
    set(played, machine, key, rest.slice(i + 1, end));
    i = end;
  }
  return '';
}

function set(played: Played, machine: PlayedMachine, key: string, values: readonly string[]): void {
  const [value = ''] = values;
  const [, setting = '', slot = ''] = /^(.*?)(\d+)$/.exec(key) ?? [];
  const card = (): PlayedMachine['cards'][number] => (machine.cards[Number(slot)] ??= newCard('none'));
  switch (slot === '' ? key : setting) {
    case 'name':
      machine.name = value;
      return;
    case 'cpus':
      machine.cpus = Number(value);
      return;
    case 'memory':
      machine.memory = Number(value);
      return;
    case 'nic':
      if (value === 'hostonlynet' && played.host.platform !== 'darwin')
        throw new Refusal(`Invalid type '${value}'`);
      card().kind = (
        value === 'hostonlynet' ? 'hostonlynetwork' : value
      ) as PlayedMachine['cards'][number]['kind'];
      return;
    case 'nictype':
      card().type = value;
      return;
    case 'cableconnected':
      card().cable = value === 'on';
      return;
    case 'macaddress':
      card().mac = value === 'auto' ? newCard('none').mac : value;
      return;
    case 'hostonlyadapter':
    case 'host-only-net':
      card().on = value;
      return;
    case 'nat-localhostreachable':
      card().localhostReachable = value === 'on';
      return;
    case 'natpf':
      forward(card(), values);
      return;
    default:
      machine.settings[key] = values.join(',');
  }
}

function forward(card: PlayedMachine['cards'][number], values: readonly string[]): void {
  const [first = '', name = ''] = values;
  const others = card.forwards.filter(
    (each) => each.split(',')[0] !== (first === 'delete' ? name : first.split(',')[0]),
  );
  card.forwards.splice(0, card.forwards.length, ...others, ...(first === 'delete' ? [] : [first]));
}

export async function snapshotMachine(played: Played, args: readonly string[]): Promise<string> {
  const [name = '', verb = '', snapshotName = ''] = args;
  const machine = findMachine(played.state, name);
  const named = (): PlayedMachine['snapshots'][number] => {
    const found = machine.snapshots.find((each) => each.name === snapshotName || each.id === snapshotName);
    if (found === undefined) throw new Refusal(`Could not find a snapshot named '${snapshotName}'`);
    return found;
  };
  switch (verb) {
    case 'take': {
      const online = machine.state === 'running';
      await played.engine.snapshot(machine, snapshotName, online);
      machine.snapshots.push({ name: snapshotName, id: randomUUID(), online, disk: machine.disk });
      return `Snapshot taken. UUID: ${machine.snapshots.at(-1)?.id ?? ''}\n`;
    }
    case 'restore': {
      if (machine.state === 'running')
        throw new Refusal(`Cannot delete the current state of the running machine (machine state: Running)`);
      const snapshot = named();
      await played.engine.restore(machine, snapshot.name, snapshot.online);
      machine.state = snapshot.online ? 'saved' : 'poweroff';
      if (snapshot.online) machine.savedFrom = snapshot.name;
      return `Restoring snapshot '${snapshot.name}' (${snapshot.id})\n`;
    }
    case 'delete': {
      const snapshot = named();
      await played.engine.deleteSnapshot(machine, snapshot.name);
      machine.snapshots.splice(machine.snapshots.indexOf(snapshot), 1);
      return `Deleting snapshot '${snapshot.name}' (${snapshot.id})\n`;
    }
    case 'list': {
      if (machine.snapshots.length === 0) throw new Refusal('');
      const lines = machine.snapshots.map(({ name: each, id }, index) => {
        const suffix = '-1'.repeat(index);
        return `SnapshotName${suffix}="${each}"\nSnapshotUUID${suffix}="${id}"`;
      });
      const last = machine.snapshots.at(-1);
      return `${lines.join('\n')}\nCurrentSnapshotName="${last?.name ?? ''}"\nCurrentSnapshotUUID="${last?.id ?? ''}"\nCurrentSnapshotNode="SnapshotName${'-1'.repeat(machine.snapshots.length - 1)}"\n`;
    }
    default:
      throw new Refusal(`Invalid parameter '${verb}'`);
  }
}

export async function startMachine(played: Played, args: readonly string[]): Promise<string> {
  const machine = findMachine(played.state, args[0] ?? '');
  const { host } = played;
  const started = `Waiting for VM "${machine.name}" to power on...\n`;
  const cannot = (what: string): Refusal =>
    new Refusal(
      what,
      'Details: code NS_ERROR_FAILURE (0x80004005), component ConsoleWrap, interface IConsole',
    );
  if (machine.state === 'running') {
    throw new Refusal(
      `The machine '${machine.name}' is already locked by a session (or being locked or unlocked)`,
      'Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007), component MachineWrap, interface IMachine, callee nsISupports',
    );
  }
  if (!host.driver) {
    throw new Refusal(
      `The virtual machine '${machine.name}' has terminated unexpectedly during startup with exit code 1 (0x1)`,
      'Details: code NS_ERROR_FAILURE (0x80004005), component MachineWrap, interface IMachine',
    );
  }
  if (host.kvm) {
    throw cannot(
      "VT-x is being used by another hypervisor (VERR_VMX_IN_VMX_ROOT_MODE).\nVirtualBox can't operate in VMX root mode. Please disable the KVM kernel extension, recompile your kernel and reboot (VERR_VMX_IN_VMX_ROOT_MODE)",
    );
  }
  if ((machine.architecture === 'ARM') !== (host.architecture === 'arm64')) {
    throw cannot(
      `Cannot run the machine because its platform architecture ${machine.architecture} is not supported on this host`,
    );
  }
  for (const card of Object.values(machine.cards)) {
    const known =
      card.kind === 'hostonly'
        ? played.state.interfaces
        : card.kind === 'hostonlynetwork'
          ? played.state.nets
          : [];
    if (
      (card.kind === 'hostonly' || card.kind === 'hostonlynetwork') &&
      !known.some(({ name }) => name === card.on)
    ) {
      throw cannot(`Nonexistent host networking interface, name '${card.on ?? ''}' (VERR_INTERNAL_ERROR)`);
    }
  }
  await played.engine.start(machine, played.state);
  machine.state = 'running';
  delete machine.savedFrom;
  return `${started}VM "${machine.name}" has been successfully started.\n`;
}

export async function controlMachine(played: Played, args: readonly string[]): Promise<string> {
  const [name = '', verb = ''] = args;
  const machine = findMachine(played.state, name);
  if (machine.state !== 'running' && machine.state !== 'paused') {
    throw new Refusal(`Machine '${machine.name}' is not currently running.`);
  }
  const dots = '0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\n';
  switch (verb) {
    case 'poweroff':
      await played.engine.powerOff(machine);
      machine.state = 'poweroff';
      return dots;
    case 'acpipowerbutton':
      await played.engine.pressPowerButton(machine);
      return '';
    case 'savestate':
      await played.engine.saveState(machine);
      machine.state = 'saved';
      return dots;
    case 'resume':
      machine.state = 'running';
      return '';
    case 'pause':
      machine.state = 'paused';
      return '';
    default:
      throw new Refusal(`Invalid parameter '${verb}'`);
  }
}

export async function unregisterMachine(played: Played, args: readonly string[]): Promise<string> {
  const machine = findMachine(played.state, args[0] ?? '');
  if (machine.state === 'running' || machine.state === 'paused') {
    throw new Refusal(
      `Cannot unregister the machine '${machine.name}' while it is locked`,
      'Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007), component MachineWrap, interface IMachine, callee nsISupports',
    );
  }
  const own = new Set([machine.disk, ...machine.snapshots.map(({ disk }) => disk)]);
  if (played.state.disks.some(({ id, parent }) => own.has(parent) && !own.has(id))) {
    throw new Refusal(
      `Cannot close medium because it has 1 child media`,
      'Details: code VBOX_E_OBJECT_IN_USE (0x80bb000c), component MediumWrap, interface IMedium, callee nsISupports',
    );
  }
  played.state.machines.splice(played.state.machines.indexOf(machine), 1);
  if (args.includes('--delete')) {
    for (const id of own) {
      const index = played.state.disks.findIndex((disk) => disk.id === id);
      if (index >= 0) played.state.disks.splice(index, 1);
    }
    await played.engine.remove(played.join(played.host.folder, machine.name));
  }
  return '';
}
